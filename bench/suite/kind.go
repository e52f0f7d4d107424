package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// peer is a server to be measured, with the flags that were given.
type peer struct {
	name    string
	command []string
}

// kind is a family of servers with the same command line.
type kind struct {
	program string // how the program's name begins
	version string // flag that prints the version
	flags   func(where place) []string
	cannot  func(l *load) string // why a load is not for it; empty if it is
}

// place is where a server is to listen, and how much it may hold.
type place struct {
	port, udp int // udp 0 is none
	socket    string
	memory    int // megabytes
}

// kinds is searched from the top; the last one fits every name.
var kinds = []kind{
	{program: "redis-server", version: "--version", flags: redisFlags, cannot: func(*load) string { return "it speaks another protocol" }},
	{program: "pogocache", version: "--version", flags: pogocacheFlags, cannot: func(l *load) string {
		if l.over == "udp" || l.protocol == "binary" {
			return "it has neither UDP nor the binary protocol"
		}
		return ""
	}},
	{version: "-V", flags: memcachedFlags, cannot: func(*load) string { return "" }},
}

// plenty is more megabytes than any load that measures costs fills, so that nobody may miss.
const plenty = 2048

// memcachedFlags are for every memcached, and so for gocached.
func memcachedFlags(where place) []string {
	flags := []string{"-t", "1", "-m", strconv.Itoa(where.memory)}
	if os.Getuid() == 0 {
		flags = append(flags, "-u", "root")
	}
	if where.socket != "" {
		return append(flags, "-s", where.socket)
	}
	return append(flags, "-l", "127.0.0.1", "-p", strconv.Itoa(where.port), "-U", strconv.Itoa(where.udp))
}

func pogocacheFlags(where place) []string {
	flags := []string{"--threads=1", "--maxmemory=" + strconv.Itoa(where.memory) + "mb", "-h", "127.0.0.1", "-p", strconv.Itoa(where.port)}
	if where.socket != "" {
		flags = append(flags, "-s", where.socket)
	}
	return flags
}

func redisFlags(where place) []string {
	return []string{"--bind", "127.0.0.1", "--port", strconv.Itoa(where.port), "--save", "", "--appendonly", "no"}
}

func (p *peer) kind() *kind {
	for i := range kinds {
		if strings.HasPrefix(filepath.Base(p.command[0]), kinds[i].program) {
			return &kinds[i]
		}
	}
	panic("the last kind fits every name")
}

// number is a version among other words.
var number = regexp.MustCompile(`\d+\.\d+[-.0-9A-Za-z]*`)

// version is what the program says of itself.
func (p *peer) version() string {
	out, _ := exec.Command(p.command[0], p.kind().version).Output()
	return number.FindString(string(out))
}

// parsePeer reads NAME=COMMAND, whose words are apart by spaces.
func parsePeer(text string) (peer, error) {
	name, command, _ := strings.Cut(text, "=")
	p := peer{name, strings.Fields(command)}
	if name == "" || len(p.command) == 0 {
		return p, errors.New("want NAME=PROGRAM, or NAME=\"PROGRAM FLAGS\"")
	}
	path, err := exec.LookPath(p.command[0])
	p.command[0] = path
	return p, err
}
