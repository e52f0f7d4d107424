# Prints each test of minitest as a case, to the file descriptor 3.
# frozen_string_literal: true

require 'minitest'
require 'minitest/pride_plugin'

# The reporter that does.
class Cases < Minitest::AbstractReporter
  def initialize(out)
    super()
    @out = out
    @out.sync = true # a test that forks must not print it again
  end

  def record(result)
    return if result.skipped?

    name = "#{result.klass}##{result.name}"
    why = result.failure&.message.to_s.split.join(' ')[0, 200]
    @out.puts(result.passed? ? "ok #{name}" : "not ok #{name}: #{why}")
  end

  def report
    @out.puts 'done'
  end
end

# Where minitest looks for it.
module Minitest
  def self.plugin_cases_init(_options)
    reporter << Cases.new(IO.for_fd(3))
  end
  extensions << 'cases'
end
