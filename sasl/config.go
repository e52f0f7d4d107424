package sasl

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Where things lie unless the environment says otherwise. The first two are memcached's, the third is libsasl's.
const (
	defaultPath     = "/etc/sasl/memcached.conf:/etc/sasl2/memcached.conf:/usr/lib/sasl2/memcached.conf"
	defaultDatabase = "/etc/sasldb2"
	configName      = "memcached.conf"
	maxConfig       = 64 << 10 // bytes
)

// Config says which mechanisms are allowed and where the users are. LoadConfig fills it as memcached would.
type Config struct {
	PasswordFile    string   // lines of user:password; empty for none
	Database        string   // a sasldb2 file; empty for none
	DatabaseDefault bool     // nobody asked for Database: if it cannot be read it is not used, and Notes says so
	Mechanisms      []string // names of mechanisms to allow, in any case; nil for all
	Hostname        string   // the realm of a user who names none

	// Notes holds remarks on the configuration for the operator: words that have no effect here.
	Notes []string
}

// LoadConfig finds and reads the configuration: the environment, through getenv, names the password file
// (MEMCACHED_SASL_PWDB) and where memcached.conf lies (SASL_CONF_PATH: a directory, the file itself, or a list of them
// with colons between; the first that exists is read). Without memcached.conf every mechanism is allowed and the
// database is /etc/sasldb2.
//
// Both files' paths are made absolute, as a server that becomes a daemon changes its directory and reads them again.
//
// The errors are of a file that cannot be read or understood.
func LoadConfig(getenv func(string) string) (Config, error) {
	config := Config{
		PasswordFile:    absolute(getenv("MEMCACHED_SASL_PWDB")),
		Database:        defaultDatabase,
		DatabaseDefault: true,
	}
	config.Hostname, _ = os.Hostname()
	path := getenv("SASL_CONF_PATH")
	if path == "" {
		path = defaultPath
	}
	file, data, err := readConfig(path)
	if err != nil || file == "" {
		return config, err
	}
	return config, config.parse(file, data)
}

// readConfig returns the first file of the list that exists and what it holds, or no name if there is none.
func readConfig(list string) (string, []byte, error) {
	for _, path := range filepath.SplitList(list) {
		if path == "" {
			continue
		}
		info, err := os.Stat(path)
		if err == nil && info.IsDir() {
			path = filepath.Join(path, configName)
			info, err = os.Stat(path)
		}
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return "", nil, err
		case !info.Mode().IsRegular():
			return "", nil, fmt.Errorf("%s: not a regular file", path)
		}
		data, err := readLimited(path, maxConfig)
		return path, data, err
	}
	return "", nil, nil
}

// parse reads lines of "key: value", as libsasl does: # begins a comment line, keys have no case, and keys of no meaning
// here are passed over, since libsasl's plugins have many.
func (c *Config) parse(file string, data []byte) error {
	var methods, plugins []string
	for number, line := range strings.Split(string(data), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		key, value, ok := strings.Cut(line, ":")
		key, value = strings.ToLower(strings.TrimSpace(key)), strings.TrimSpace(value)
		if !ok || key == "" || strings.ContainsAny(key, " \t") || strings.IndexByte(line, 0) >= 0 {
			return fmt.Errorf("%s:%d: a line is key: value", file, number+1)
		}
		switch key {
		case "mech_list":
			c.Mechanisms = words(value)
		case "sasldb_path":
			c.Database, c.DatabaseDefault = absolute(value), false
		case "pwcheck_method":
			methods = words(strings.ToLower(value))
		case "auxprop_plugin":
			plugins = words(strings.ToLower(value))
		}
	}
	c.noteMechanisms(file)
	c.limitDatabase(file, methods, plugins)
	return nil
}

// absolute returns the path from the root, or none for none.
func absolute(path string) string {
	if path == "" {
		return ""
	}
	if full, err := filepath.Abs(path); err == nil {
		return full
	}
	return path
}

// words splits a list at blanks and commas. It is never nil.
func words(value string) []string {
	return append([]string{}, strings.FieldsFunc(value, func(r rune) bool { return r == ' ' || r == '\t' || r == ',' })...)
}

// noteMechanisms remarks on names without a row in the table.
func (c *Config) noteMechanisms(file string) {
	for _, name := range c.Mechanisms {
		if mechanismNamed(name) < 0 {
			c.Notes = append(c.Notes, fmt.Sprintf("%s: mech_list: %.40q is not offered", file, name))
		}
	}
	if c.Mechanisms != nil && c.allowed() == 0 {
		c.Notes = append(c.Notes, file+": mech_list leaves no mechanism: nobody can authenticate")
	}
}

// limitDatabase heeds the keys that tell libsasl where passwords are checked. Other ways than the files do not exist
// here, and none lets everybody in. Where the keys lead away from the database, it is used only if sasldb_path asks for
// it.
func (c *Config) limitDatabase(file string, methods, plugins []string) {
	away := false
	for _, method := range methods {
		if method != "auxprop" {
			c.Notes = append(c.Notes, fmt.Sprintf("%s: pwcheck_method: %.40q has no effect", file, method))
		}
	}
	if methods != nil && !slices.Contains(methods, "auxprop") || plugins != nil && !slices.Contains(plugins, "sasldb") {
		away = true
	}
	if away && c.DatabaseDefault {
		c.Database = ""
		c.Notes = append(c.Notes, file+": "+defaultDatabase+" is not used, as pwcheck_method or auxprop_plugin leaves it out")
	}
}

// allowed returns the set of the mechanisms named.
func (c *Config) allowed() mechanismSet {
	if c.Mechanisms == nil {
		return allMechanisms
	}
	var set mechanismSet
	for _, name := range c.Mechanisms {
		if i := mechanismNamed(name); i >= 0 {
			set |= 1 << i
		}
	}
	return set
}
