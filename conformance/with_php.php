<?php
// Cases for PHP's two extensions and their session handlers: php with_php.php memcached|memcache text|binary ADDRESS
[, $extension, $protocol, $address] = $argv;
[$host, $port] = explode(':', $address);
say("client php-$extension " . phpversion($extension));

// say writes a line past PHP's own output, after which no session may start.
function say(string $line): void
{
    fwrite(STDOUT, "$line\n");
}

function check(string $name, callable $run): void
{
    try {
        $run();
        say("ok $name");
    } catch (Throwable $why) {
        say("not ok $name: " . get_class($why) . ' ' . preg_replace('/\s+/', ' ', substr($why->getMessage(), 0, 200)));
    }
}

function same(mixed $got, mixed $want): void
{
    if ($got !== $want) {
        throw new Exception('want ' . substr(var_export($want, true), 0, 60) . ', got ' . substr(var_export($got, true), 0, 60));
    }
}

// Client makes both extensions look alike.
final class Client
{
    private object $of;

    public function __construct(private string $extension, string $protocol, string $host, int $port)
    {
        $this->of = $extension === 'memcached' ? new Memcached() : new Memcache();
        if ($extension === 'memcached') {
            $this->of->setOption(Memcached::OPT_BINARY_PROTOCOL, $protocol === 'binary');
            $this->of->setOption(Memcached::OPT_COMPRESSION, false);
        }
        $this->of->addServer($host, $port);
    }

    public function store(string $how, string $key, mixed $value, int $expiry = 0): bool
    {
        return $this->extension === 'memcached' ? $this->of->$how($key, $value, $expiry) : $this->of->$how($key, $value, 0, $expiry);
    }

    public function get(string|array $keys): mixed
    {
        return is_array($keys) && $this->extension === 'memcached' ? $this->of->getMulti($keys) : $this->of->get($keys);
    }

    public function __call(string $name, array $arguments): mixed
    {
        return $this->of->$name(...$arguments);
    }
}

// session runs body within the session of that id, and returns what it returned, or false if there is none to be had.
function session(string $id, callable $body): mixed
{
    session_id($id);
    if (!@session_start()) {
        return false;
    }
    $got = $body();
    session_write_close();
    $_SESSION = [];
    return $got;
}

$client = new Client($extension, $protocol, $host, (int) $port);
check('set and get', function () use ($client) {
    same($client->store('set', 'a', 'one'), true);
    same($client->get('a'), 'one');
});
check('get of a missing key', fn () => same($client->get('missing'), false));
foreach ([0, 1, 100000, 1048000] as $length) {
    check("value of $length bytes", function () use ($client, $length) {
        $value = substr(str_repeat("0123456789abcdef\r\n", 1 + intdiv($length, 18)), 0, $length);
        same($client->store('set', 'size', $value), true);
        same($client->get('size'), $value);
    });
}
check('value over the maximum is refused', function () use ($client) {
    same(@$client->store('set', 'large', random_bytes(1048577)), false);
    same($client->get('large'), false);
});
check('complex value and its flags', function () use ($client) {
    $client->store('set', 'list', [1, ['two' => 3.5], true]);
    same($client->get('list'), [1, ['two' => 3.5], true]);
});
check('add', function () use ($client) {
    same([$client->store('add', 'add', 1), $client->store('add', 'add', 2), $client->get('add')], [true, false, 1]);
});
check('replace', function () use ($client) {
    same($client->store('replace', 'replace', 1), false);
    $client->store('set', 'replace', 1);
    same([$client->store('replace', 'replace', 2), $client->get('replace')], [true, 2]);
});
check('delete', function () use ($client) {
    $client->store('set', 'gone', 1);
    same([$client->delete('gone'), @$client->delete('gone'), $client->get('gone')], [true, false, false]);
});
check('incr and decr', function () use ($client) {
    $client->store('set', 'n', 10);
    same([$client->increment('n', 10), $client->decrement('n', 5), $client->decrement('n', 50)], [20, 15, 0]);
    same(@$client->increment('no-number', 1), false);
});
check('10000 keys in one get', function () use ($client) {
    $want = [];
    for ($i = 0; $i < 10000; $i++) {
        $client->store('set', "m$i", "value $i");
        $want["m$i"] = "value $i";
    }
    $found = $client->get([...array_keys($want), ...array_map(fn ($key) => "none$key", array_keys($want))]);
    ksort($want);
    ksort($found);
    same($found, $want);
});
check('expiry', function () use ($client) {
    foreach (['short' => 1, 'long' => 100, 'past' => time() - 10, 'future' => time() + 1000] as $key => $expiry) {
        $client->store('set', $key, 1, $expiry);
    }
    same($client->get('past'), false);
    sleep(3);
    same([$client->get('short'), $client->get('long'), $client->get('future')], [false, 1, 1]);
});

$settings = [
    'session.save_handler' => $extension,
    'session.save_path' => $extension === 'memcached' ? $address : "tcp://$address",
    'session.use_cookies' => 0,
    'session.cache_limiter' => '',
    'memcached.sess_binary_protocol' => (int) ($protocol === 'binary'),
    'memcached.sess_lock_retries' => 3,
    'memcached.sess_lock_wait_max' => 100,
    'memcached.sess_remove_failed_servers' => 1,
    'memcache.lock_timeout' => 3,
];
foreach ($settings as $name => $value) {
    ini_set($name, $value);
}
check('session is kept', function () {
    session('kept', fn () => $_SESSION['x'] = str_repeat('value', 1000));
    same(session('kept', fn () => $_SESSION['x']), str_repeat('value', 1000));
});
check('session that is destroyed', function () {
    session('destroyed', fn () => $_SESSION['x'] = 1);
    session_id('destroyed');
    session_start();
    session_destroy();
    same(session('destroyed', fn () => $_SESSION), []);
});
check('session in use is nobody else\'s', function () use ($settings) {
    $flags = array_map(fn ($name, $value) => escapeshellarg("-d$name=$value"), array_keys($settings), $settings);
    $other = PHP_BINARY . ' ' . implode(' ', $flags) . " -r 'session_id(\"locked\"); echo @session_start() ? \$_SESSION[\"x\"] : \"locked\";' 2>&1";
    $begun = microtime(true);
    $answer = session('locked', function () use ($other) {
        $_SESSION['x'] = 'kept';
        return shell_exec($other);
    });
    // php-memcache's lock ends with its time, and then the other begins with an empty session.
    same($answer === 'locked' || microtime(true) - $begun >= 1 && !str_contains($answer, 'kept'), true);
    same(shell_exec($other), 'kept');
});
check('session with one of two servers gone', function () use ($address, $extension) {
    $nobody = stream_socket_server('tcp://127.0.0.1:0');
    $gone = stream_socket_get_name($nobody, false);
    fclose($nobody);
    ini_set('session.save_path', $extension === 'memcached' ? "$address,$gone" : "tcp://$address,tcp://$gone");
    foreach (range(1, 50) as $i) {
        session("two$i", fn () => $_SESSION['x'] = $i);
    }
    // php-memcached keeps those of which both the session and its lock belong to the server that is there: a quarter.
    $kept = array_filter(range(1, 50), fn ($i) => session("two$i", fn () => $_SESSION['x'] ?? null) === $i);
    same(count($kept) > 0, true);
});
check('flush', function () use ($client) {
    same($client->flush(), true);
    same($client->get('a'), false);
});
say('done');
