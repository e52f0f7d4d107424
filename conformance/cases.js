// What the Node programs beside this file share.
'use strict';
const assert = require('node:assert');

exports.same = assert.deepStrictEqual;
exports.sizes = [0, 1, 100000, 1048000];
exports.tooLarge = 1048577;
exports.oddKeys = ["!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", 'grüße', '☃', '0', '-1', 'noreply'];

// begin prints which client this is.
exports.begin = (name) => console.log('client', name, require(name + '/package.json').version);

// check runs one case and prints how it went.
exports.check = async (name, run) => {
  try {
    await run();
    console.log('ok', name);
  } catch (why) {
    console.log(`not ok ${name}: ${String(why).replace(/\s+/g, ' ').slice(0, 200)}`);
  }
};

// fails ends well only if the promise does not.
exports.fails = (promise) => assert.rejects(promise);

// grow returns a text of that length, with line ends in it.
exports.grow = (length) => '0123456789abcdef\r\n'.repeat(1 + length / 18).slice(0, length);

// expire waits until items of one second are gone.
exports.expire = () => new Promise((resolve) => setTimeout(resolve, 3000));

// done says that all cases were tried.
exports.done = () => console.log('done');
