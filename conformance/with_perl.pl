#!/usr/bin/perl
# Cases for Perl's clients: with_perl.pl Cache::Memcached|Cache::Memcached::Fast ADDRESS
use strict;
use warnings;

my ($class, $address) = @ARGV;
eval "require $class; 1" or die $@;
my $fast = $class eq 'Cache::Memcached::Fast';
my $client = $class->new({ servers => [$address], $fast ? (io_timeout => 20, max_size => 8 << 20) : () });
$| = 1;
print "client $class ", $class->VERSION, "\n";

# same fails unless both values are equal; undef is equal to undef only.
sub same {
    my ($got, $want) = map { defined $_ ? (length > 60 ? substr($_, 0, 60) . '... of ' . length : $_) : 'undef' } @_;
    die "want $want, got $got\n" if defined $_[0] != defined $_[1] || defined $_[0] && $_[0] ne $_[1];
}

sub check {
    my ($name, $code) = @_;
    my $fine = eval { $code->(); 1 };
    my $why = $@;
    $why =~ s/\s+/ /g;
    print $fine ? "ok $name\n" : "not ok $name: $why\n";
}

# many stores count items and gets them and as many missing ones in one call.
sub many {
    my $count = shift;
    $client->set("m$count-$_", "value $_") for 1 .. $count;
    my $found = $client->get_multi(map { ("m$count-$_", "none-$_") } 1 .. $count);
    same(scalar(keys %$found), $count);
    same($found->{"m$count-$_"}, "value $_") for 1 .. $count;
}

check('set and get', sub { same($client->set('a', 'one'), 1); same($client->get('a'), 'one') });
check('get of a missing key', sub { same($client->get('missing'), undef) });
for my $length (0, 1, 100_000, 1_048_000) {
    check("value of $length bytes", sub {
        my $value = substr("0123456789abcdef\r\n" x (1 + $length / 16), 0, $length);
        same($client->set("size$length", $value), 1);
        same($client->get("size$length"), $value);
    });
}
check('value over the maximum is refused', sub {
    die "it was stored\n" if $client->set('large', 'x' x 1_048_577);
    same($client->get('large'), undef);
    same($client->set('after', 1), 1);
});
check('value of all bytes', sub {
    my $value = join '', map { chr } 0 .. 255;
    $client->set('bytes', "$value\r\nEND\r\n");
    same($client->get('bytes'), "$value\r\nEND\r\n");
});
check('complex value and its flags', sub {
    $client->set('list', [1, { two => 3 }]);
    same($client->get('list')->[1]{two}, 3);
});
check('add', sub {
    same(!!$client->add('add', 1), 1 == 1);
    same(!!$client->add('add', 2), 1 == 0);
    same($client->get('add'), 1);
});
check('replace', sub {
    same(!!$client->replace('replace', 1), 1 == 0);
    $client->set('replace', 1);
    same(!!$client->replace('replace', 2), 1 == 1);
    same($client->get('replace'), 2);
});
check('append and prepend', sub {
    die "append to a missing key\n" if $client->append('grow', 'x');
    $client->set('grow', 'b');
    $client->append('grow', 'c');
    $client->prepend('grow', 'a');
    same($client->get('grow'), 'abc');
});
check('delete', sub {
    $client->set('gone', 1);
    same(!!$client->delete('gone'), 1 == 1);
    same(!!$client->delete('gone'), 1 == 0);
    same($client->get('gone'), undef);
});
check('incr and decr', sub {
    $client->set('n', 10);
    same($client->incr('n'), 11);
    same($client->incr('n', 9), 20);
    same(0 + $client->decr('n', 5), 15);
    same(0 + $client->decr('n', 50), 0);
    die "incr of a missing key\n" if $client->incr('no-number');
});
check('incr wraps at 2^64', sub {
    $client->set('n', '18446744073709551615');
    same(0 + $client->incr('n', 1), 0);
});
if ($fast) {
    check('cas', sub {
        $client->set('cas', 'one');
        my ($cas, $value) = @{ $client->gets('cas') };
        same($value, 'one');
        same(!!$client->cas('cas', $cas, 'two'), 1 == 1);
        same(!!$client->cas('cas', $cas, 'three'), 1 == 0);
        same($client->get('cas'), 'two');
    });
    check('touch', sub {
        $client->set('touch', 1, 1);
        same(!!$client->touch('touch', 100), 1 == 1);
        same(!!$client->touch('touch-missing', 100), 1 == 0);
    });
    check('get and touch', sub { same($client->gat(100, 'a'), 'one'); same($client->gat(100, 'missing'), undef) });
    check('gets of many keys', sub {
        my $found = $client->gets_multi('a', 'missing', 'cas');
        same($found->{a}[1], 'one');
        same($found->{missing}, undef);
    });
    check('several stores at once', sub {
        same(scalar(grep { $_ } $client->set_multi(map { [ "s$_", "v$_" ] } 1 .. 1000)), 1000);
        same($client->get('s1000'), 'v1000');
    });
}
check('100 keys in one get', sub { many(100) });
check('10000 keys in one get', sub { many(10_000) });
check('key of 250 bytes', sub {
    $client->set('k' x 250, 'long');
    same($client->get('k' x 250), 'long');
});
check('odd keys', sub {
    for my $key ('!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~', "gr\xc3\xbc\xc3\x9fe", "\x80\xff", '0', '-1', 'noreply') {
        same($client->set($key, "value of $key"), 1);
        same($client->get($key), "value of $key");
    }
});
check('expiry', sub {
    $client->set('short', 1, 1);
    $client->set('long', 1, 100);
    $client->set('past', 1, time - 10);
    $client->set('future', 1, time + 1000);
    same($client->get('past'), undef);
    same($client->get('future'), 1);
    sleep 3;
    same($client->get('short'), undef);
    same($client->get('long'), 1);
    same($client->get('touch'), 1) if $fast;
});
check('statistics', sub {
    if ($fast) { die "no version\n" unless (values %{ $client->server_versions })[0] =~ /^\d/; return }
    die "no curr_items\n" unless $client->stats->{hosts}{$address}{misc}{curr_items};
});
check('flush', sub { $client->flush_all; same($client->get('a'), undef) });
print "done\n";
