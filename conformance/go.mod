module gocached/conformance

go 1.26.0

require (
	github.com/QuangTung97/go-memcache v0.3.5
	github.com/bradfitz/gomemcache v0.0.0-20260422231931-4d751bb6e37c
	github.com/memcachier/mc/v3 v3.0.3
)
