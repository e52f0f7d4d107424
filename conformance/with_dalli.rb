# Cases for dalli, which speaks the binary protocol: ruby with_dalli.rb ADDRESS [NAME PASSWORD]
# frozen_string_literal: true

require 'dalli'

address, name, password = ARGV
Dalli.logger.level = Logger::FATAL
options = { socket_timeout: 20, compress: false, serializer: Marshal }
LOGIN = name ? { username: name, password: password } : {}
CONNECT = ->(changes = {}) { Dalli::Client.new(address, options.merge(LOGIN).merge(changes)) }
client = CONNECT.call
$stdout.sync = true
puts "client dalli #{Dalli::VERSION}"

def same(got, want)
  raise "want #{want.inspect[0, 60]}, got #{got.inspect[0, 60]}" unless got == want
end

def check(name)
  yield
  puts "ok #{name}"
rescue StandardError => e
  puts "not ok #{name}: #{e.class} #{e.message.split.join(' ')[0, 200]}"
end

# refused runs the block, which must raise an error of dalli's.
def refused
  begin
    got = yield
  rescue Dalli::DalliError
    return
  end
  raise "let in, and got #{got.inspect}"
end

RAW = { raw: true }.freeze
check('set and get') do
  client.set('a', 'one')
  same(client.get('a'), 'one')
end
check('get of a missing key') { same(client.get('missing'), nil) }
[0, 1, 100_000, 1_048_000].each do |length|
  check("value of #{length} bytes") do
    value = ("0123456789abcdef\r\n".b * (1 + length / 18))[0, length]
    raise 'not stored' unless client.set('size', value, nil, RAW)

    same(client.get('size', RAW), value)
  end
end
check('value over the maximum is refused') do
  stored = begin
    client.set('large', 'x' * 1_048_577, nil, RAW)
  rescue Dalli::ValueOverMaxSize
    false
  end
  same(stored, false)
  same(client.get('large'), nil)
end
check('value of all bytes') do
  value = (0..255).map(&:chr).join.b + "\r\nEND\r\n".b
  client.set('bytes', value, nil, RAW)
  same(client.get('bytes', RAW).b, value)
end
check('complex value and its flags') do
  client.set('list', [1, { two: 3 }])
  same(client.get('list'), [1, { two: 3 }])
end
check('add') do
  raise 'not added' unless client.add('add', 1)

  same(client.add('add', 2), false)
  same(client.get('add'), 1)
end
check('replace') do
  client.replace('replace', 1)
  same(client.get('replace'), nil)
  client.set('replace', 1)
  raise 'not replaced' unless client.replace('replace', 2)

  same(client.get('replace'), 2)
end
check('append and prepend') do
  same(client.append('grow', 'x') ? true : false, false)
  client.set('grow', 'b', nil, RAW)
  client.append('grow', 'c')
  client.prepend('grow', 'a')
  same(client.get('grow', RAW), 'abc')
end
check('cas') do
  client.set('cas', 'one')
  value, cas = client.get_cas('cas')
  same(value, 'one')
  cas = client.set_cas('cas', 'two', cas)
  raise 'no cas' unless cas

  same(client.set_cas('cas', 'three', cas + 1), false)
  same(client.get('cas'), 'two')
  raise 'cas block' unless client.cas('cas') { |v| "#{v}!" }

  same(client.get('cas'), 'two!')
  same(client.delete_cas('cas', cas), false)
  same(client.delete_cas('cas', client.get_cas('cas')[1]), true)
end
check('delete') do
  client.set('gone', 1)
  same(client.delete('gone'), true)
  raise 'deleted twice' if client.delete('gone')

  same(client.get('gone'), nil)
end
check('incr and decr') do
  same(client.incr('no-number', 1), nil)
  same(client.incr('n', 5, nil, 10), 10)
  same(client.incr('n', 10), 20)
  same(client.decr('n', 5), 15)
  same(client.decr('n', 50), 0)
end
check('incr wraps at 2^64') do
  client.set('n', '18446744073709551615', nil, RAW)
  same(client.incr('n', 1), 0)
end
check('touch') do
  client.set('touch', 1, 1)
  raise 'not touched' unless client.touch('touch', 100)

  same(client.touch('touch-missing', 100), nil)
end
check('get and touch') do
  client.set('gat', 1, 1)
  same(client.gat('gat', 100), 1)
  same(client.gat('gat-missing', 100), nil)
end
[100, 10_000].each do |count|
  check("#{count} keys in one get") do
    items = (1..count).to_h { |i| ["m#{i}", "value #{i}"] }
    client.multi { items.each { |key, value| client.set(key, value) } }
    same(client.get_multi(items.keys + (1..count).map { |i| "none#{i}" }), items)
  end
end
check('gets of many keys') do
  found = client.get_multi_cas('a', 'missing', 'add')
  same(found.transform_values(&:first), { 'a' => 'one', 'add' => 1 })
end
check('key of 250 bytes') do
  client.set('k' * 250, 'long')
  same(client.get('k' * 250), 'long')
end
check('odd keys') do
  ['!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~', 'grüße', '☃', '0', '-1', 'noreply', 'two words'].each do |key|
    client.set(key, key)
    same(client.get(key), key)
  end
end
check('expiry') do
  client.set('short', 1, 1)
  client.set('long', 1, 100)
  client.set('future', 1, Time.now.to_i + 1000)
  sleep 3
  same(client.get_multi('short', 'long', 'future', 'touch', 'gat'), { 'long' => 1, 'future' => 1, 'touch' => 1, 'gat' => 1 })
end
check('statistics') do
  stats = client.stats.values.first
  raise stats.inspect unless stats['curr_items'].to_i > 10_000

  same(client.version.values.first, stats['version'])
  raise 'settings' unless client.stats(:settings).values.first['maxbytes']
end
check('flush') do
  client.flush
  same(client.get('a'), nil)
end
if name
  check('wrong password') do
    client.set('secret', 1)
    refused { CONNECT.call(password: 'wrong').get('secret') }
    refused { CONNECT.call(username: 'nobody-of-that-name').get('secret') }
  end
  check('no password') { refused { Dalli::Client.new(address).get('secret') } }
end
puts 'done'
