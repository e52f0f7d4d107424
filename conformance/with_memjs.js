// Cases for memjs, which speaks the binary protocol: NODE_PATH=FOLDER node with_memjs.js ADDRESS [NAME PASSWORD]
'use strict';
const memjs = require('memjs');
const { begin, check, done, expire, fails, grow, oddKeys, same, sizes, tooLarge } = require('./cases.js');

const [address, username, password] = process.argv.slice(2);
const connect = (changes) => memjs.Client.create(address, { username, password, timeout: 20, retries: 0, logger: { log() {} }, ...changes });
const client = connect();
const text = async (key) => {
  const { value } = await client.get(key);
  return value === null ? null : value.toString();
};

async function values() {
  await check('set and get', async () => {
    same(await client.set('a', 'one', {}), true);
    same(await text('a'), 'one');
  });
  await check('get of a missing key', async () => same(await text('missing'), null));
  for (const length of sizes) {
    await check(`value of ${length} bytes`, async () => {
      same(await client.set('size', grow(length), {}), true);
      same(await text('size'), grow(length));
    });
  }
  await check('value over the maximum is refused', async () => {
    await fails(client.set('large', 'x'.repeat(tooLarge), {}));
    same(await text('large'), null);
  });
  await check('value of all bytes', async () => {
    const all = Buffer.concat([Buffer.from(Array.from({ length: 256 }, (_, i) => i)), Buffer.from('\r\nEND\r\n')]);
    await client.set('bytes', all, {});
    same((await client.get('bytes')).value, all);
  });
}

async function changes() {
  await check('add', async () => {
    same(await client.add('add', '1', {}), true);
    same(await client.add('add', '2', {}), false);
    same(await text('add'), '1');
  });
  await check('replace', async () => {
    same(await client.replace('replace', '1', {}), false);
    await client.set('replace', '1', {});
    same(await client.replace('replace', '2', {}), true);
    same(await text('replace'), '2');
  });
  await check('append and prepend', async () => {
    await fails(client.append('grow', 'x'));
    await client.set('grow', 'b', {});
    await client.append('grow', 'c');
    await client.prepend('grow', 'a');
    same(await text('grow'), 'abc');
  });
  await check('delete', async () => {
    await client.set('gone', '1', {});
    same(await client.delete('gone'), true);
    same(await client.delete('gone'), false);
  });
  await check('incr and decr', async () => {
    same((await client.increment('n', 5, { initial: 10 })).value, 10);
    same((await client.increment('n', 10, {})).value, 20);
    same((await client.decrement('n', 50, {})).value, 0);
  });
  await check('touch', async () => {
    await client.set('touch', '1', { expires: 1 });
    same(await client.touch('touch', 100), true);
    same(await client.touch('touch-missing', 100), false);
  });
}

async function keys() {
  await check('key of 250 bytes', async () => {
    await client.set('k'.repeat(250), 'long', {});
    same(await text('k'.repeat(250)), 'long');
  });
  await check('odd keys', async () => {
    for (const key of oddKeys) {
      await client.set(key, key, {});
      same(await text(key), key);
    }
  });
  await check('100 requests at once', async () => {
    const names = Array.from({ length: 100 }, (_, i) => `m${i}`);
    await Promise.all(names.map((name) => client.set(name, name, {})));
    same(await Promise.all(names.map(text)), names);
  });
}

async function rest() {
  await check('expiry', async () => {
    await client.set('short', '1', { expires: 1 });
    await client.set('long', '1', { expires: 100 });
    await expire();
    same(await Promise.all(['short', 'long', 'touch'].map(text)), [null, '1', '1']);
  });
  await check('statistics', () => new Promise((resolve, reject) => client.stats((why, server, stats) =>
    (stats && Number(stats.curr_items) > 100 ? resolve() : reject(why || new Error(JSON.stringify(stats)))))));
  if (username) {
    await check('wrong password', () => fails(connect({ password: 'wrong' }).get('a')));
    await check('no password', () => fails(connect({ username: undefined, password: undefined }).get('a')));
  }
  await check('flush', async () => {
    await client.flush();
    same(await text('a'), null);
  });
}

(async () => {
  begin('memjs');
  for (const group of [values, changes, keys, rest]) await group();
  done();
  process.exit();
})();
