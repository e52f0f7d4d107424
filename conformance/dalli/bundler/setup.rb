# Stands in for bundler where dalli's own tests ask for it: they run with what Debian has.
# frozen_string_literal: true

require 'set'

# What dalli calls and Ruby before 3.3 does not have.
class String
  def byteindex(what, from = 0) = b.index(what.b, from)
end unless String.method_defined?(:byteindex)
