// Cases for npm's memcache, which speaks the text protocol: NODE_PATH=FOLDER node with_memcache.js ADDRESS
'use strict';
const { Memcache } = require('memcache');
const { begin, check, done, expire, fails, grow, oddKeys, same, sizes, tooLarge } = require('./cases.js');

const client = new Memcache({ nodes: [process.argv[2]], timeout: 20000, maxValueSize: 2 * tooLarge });

async function values() {
  await check('set and get', async () => {
    same(await client.set('a', 'one'), true);
    same(await client.get('a'), 'one');
  });
  await check('get of a missing key', async () => same(await client.get('missing'), undefined));
  for (const length of sizes) {
    await check(`value of ${length} bytes`, async () => {
      same(await client.set('size', grow(length)), true);
      same(await client.get('size'), grow(length));
    });
  }
  await check('value over the maximum is refused', async () => {
    same(await client.set('large', 'x'.repeat(tooLarge)).catch(() => false), false);
    same(await client.get('large'), undefined);
  });
}

async function changes() {
  await check('add', async () => {
    same(await client.add('add', '1'), true);
    same(await client.add('add', '2'), false);
    same(await client.get('add'), '1');
  });
  await check('replace', async () => {
    same(await client.replace('replace', '1'), false);
    await client.set('replace', '1');
    same(await client.replace('replace', '2'), true);
    same(await client.get('replace'), '2');
  });
  await check('append and prepend', async () => {
    same(await client.append('grow', 'x'), false);
    await client.set('grow', 'b');
    same([await client.append('grow', 'c'), await client.prepend('grow', 'a')], [true, true]);
    same(await client.get('grow'), 'abc');
  });
  await check('delete', async () => {
    await client.set('gone', '1');
    same([await client.delete('gone'), await client.delete('gone')], [true, false]);
  });
  await check('incr and decr', async () => {
    same(await client.incr('no-number', 1), undefined);
    await client.set('n', '10');
    same([await client.incr('n', 10), await client.decr('n', 5), await client.decr('n', 50)], [20, 15, 0]);
  });
  await check('touch', async () => {
    await client.set('touch', '1', 1);
    same([await client.touch('touch', 100), await client.touch('touch-missing', 100)], [true, false]);
  });
}

async function keys() {
  for (const count of [100, 10000]) {
    await check(`${count} keys in one get`, async () => {
      const want = new Map(Array.from({ length: count }, (_, i) => [`m${i}`, `value ${i}`]));
      await Promise.all([...want].map(([key, value]) => client.set(key, value)));
      const found = await client.gets([...want.keys()].flatMap((key) => [key, `none${key}`]));
      same([...found].sort(), [...want].sort());
    });
  }
  await check('key of 250 bytes', async () => {
    await client.set('k'.repeat(250), 'long');
    same(await client.get('k'.repeat(250)), 'long');
  });
  await check('odd keys', async () => {
    for (const key of oddKeys) {
      await client.set(key, key);
      same(await client.get(key), key);
    }
  });
  await check('key over the maximum is refused', () => fails(client.set('k'.repeat(251), 'long')));
}

async function rest() {
  await check('expiry', async () => {
    await client.set('short', '1', 1);
    await client.set('long', '1', 100);
    await expire();
    same([await client.get('short'), await client.get('long'), await client.get('touch')], [undefined, '1', '1']);
  });
  await check('statistics', async () => {
    const [stats] = (await client.stats()).values();
    same(Number(stats.curr_items) > 100, true);
    same([...(await client.version()).values()], [`VERSION ${stats.version}`]);
  });
  await check('flush', async () => {
    same(await client.flush(), true);
    same(await client.get('a'), undefined);
  });
}

(async () => {
  begin('memcache');
  await client.connect();
  for (const group of [values, changes, keys, rest]) await group();
  done();
  await client.disconnect();
})();
