package sasl

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// loadConfig loads with SASL_CONF_PATH and nothing else in the environment.
func loadConfig(path string) (Config, error) {
	return LoadConfig(func(name string) string {
		return map[string]string{"SASL_CONF_PATH": path, "MEMCACHED_SASL_PWDB": "/pwdb"}[name]
	})
}

func TestConfigPaths(t *testing.T) {
	file := writeFile(t, "memcached.conf", "mech_list: plain\n")
	other := writeFile(t, "memcached.conf", "mech_list: login\n")
	empty := t.TempDir()
	for _, test := range []struct {
		path string
		want []string
	}{
		{file, []string{"plain"}},
		{filepath.Dir(file), []string{"plain"}},
		{"/does/not/exist::" + empty + ":" + filepath.Dir(file) + ":" + other, []string{"plain"}},
		{other + ":" + file, []string{"login"}},
		{empty, nil},
	} {
		config, err := loadConfig(test.path)
		if err != nil || !slices.Equal(config.Mechanisms, test.want) || config.PasswordFile != "/pwdb" {
			t.Errorf("%s: %+v, %v", test.path, config, err)
		}
	}
	if err := os.Mkdir(filepath.Join(empty, "memcached.conf"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := loadConfig(empty); err == nil {
		t.Error("a directory was read as a file")
	}
}

// TestConfigAbsolute: the paths mean the same after the server has changed its directory.
func TestConfigAbsolute(t *testing.T) {
	file := writeFile(t, "memcached.conf", "sasldb_path: users.db\n")
	t.Chdir(filepath.Dir(file))
	config, err := LoadConfig(func(name string) string {
		return map[string]string{"SASL_CONF_PATH": ".", "MEMCACHED_SASL_PWDB": "sub/pwdb"}[name]
	})
	dir, _ := os.Getwd()
	if err != nil || config.Database != filepath.Join(dir, "users.db") ||
		config.PasswordFile != filepath.Join(dir, "sub/pwdb") {
		t.Errorf("%+v, %v", config, err)
	}
}

func TestConfig(t *testing.T) {
	for _, test := range []struct {
		text       string
		mechanisms string
		database   string
		asked      bool
		notes      string
	}{
		{"", "[]", "/etc/sasldb2", false, ""},
		{"mech_list: plain cram-md5\nlog_level: 5\nsasldb_path: /tmp/x.db\n", "[plain cram-md5]", "/tmp/x.db", true, ""},
		{"# mech_list: x\r\n\r\n  MECH_LIST :  Plain,LOGIN\tscram-sha-1 \r\n", "[Plain LOGIN scram-sha-1]", "/etc/sasldb2", false, ""},
		{"mech_list: plain anonymous digest-md5", "[plain anonymous digest-md5]", "/etc/sasldb2", false,
			`c: mech_list: "anonymous" is not offered|c: mech_list: "digest-md5" is not offered`},
		{"mech_list:", "[]", "/etc/sasldb2", false, "c: mech_list leaves no mechanism: nobody can authenticate"},
		{"pwcheck_method: auxprop", "[]", "/etc/sasldb2", false, ""},
		{"pwcheck_method: saslauthd auxprop", "[]", "/etc/sasldb2", false, `c: pwcheck_method: "saslauthd" has no effect`},
		{"pwcheck_method: alwaystrue", "[]", "", false, `c: pwcheck_method: "alwaystrue" has no effect|` +
			"c: /etc/sasldb2 is not used, as pwcheck_method or auxprop_plugin leaves it out"},
		{"auxprop_plugin: sql", "[]", "", false, "c: /etc/sasldb2 is not used, as pwcheck_method or auxprop_plugin leaves it out"},
		{"pwcheck_method: saslauthd\nsasldb_path: /x", "[]", "/x", true, `c: pwcheck_method: "saslauthd" has no effect`},
		{"sasldb_path:", "[]", "", true, ""},
		{"sql_select: select x: y", "[]", "/etc/sasldb2", false, ""},
	} {
		config := Config{Database: defaultDatabase, DatabaseDefault: true}
		err := config.parse("c", []byte(test.text))
		if err != nil || fmt.Sprint(config.Mechanisms) != test.mechanisms || config.Database != test.database ||
			config.DatabaseDefault == test.asked && config.Database != "" || strings.Join(config.Notes, "|") != test.notes {
			t.Errorf("%q: %+v, %v", test.text, config, err)
		}
	}
	for _, bad := range []string{"mech_list plain", ":x", "a b: c", "a: b\x00"} {
		config := Config{}
		err := config.parse("c", []byte("\n"+bad+"\n"))
		if err == nil || err.Error() != "c:2: a line is key: value" {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// FuzzConfig reads anything. Whatever it says, ANONYMOUS stays out and the list is made of the table's names.
func FuzzConfig(f *testing.F) {
	f.Add([]byte("mech_list: plain cram-md5\nlog_level: 5\nsasldb_path: /tmp/x.db\n"))
	f.Add([]byte("pwcheck_method: alwaystrue\nmech_list: anonymous"))
	f.Fuzz(func(t *testing.T, data []byte) {
		config := Config{Database: defaultDatabase, DatabaseDefault: true}
		if config.parse("c", data) != nil {
			return
		}
		for _, name := range strings.Fields(config.allowed().String()) {
			if mechanismNamed(name) < 0 || name == "ANONYMOUS" {
				t.Errorf("%q is allowed", name)
			}
		}
	})
}
