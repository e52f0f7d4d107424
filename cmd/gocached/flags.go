package main

import (
	"github.com/spf13/pflag"

	"gocached/server/settings"
)

// addFlags gives cobra a flag for each row of the settings table. Each sets its row in the settings.
func addFlags(flags *pflag.FlagSet, settings *settings.Settings, table []settings.Setting) {
	for i := range table {
		row := &table[i]
		if !row.IsFlag() {
			continue
		}
		flag := flags.VarPF(&flagValue{settings, row}, row.Long, row.Short(), row.Help)
		if row.Arg == "" {
			flag.NoOptDefVal = "true"
		}
	}
}

// flagValue is a row of the settings table as cobra wants to see it. A value that cannot be is reported later, with all
// others, by Settings.Validate.
type flagValue struct {
	settings *settings.Settings
	row      *settings.Setting
}

// Set implements pflag.Value.
func (v *flagValue) Set(value string) error {
	v.settings.Set(v.row, value)
	return nil
}

// Type implements pflag.Value. Cobra wants its help flag to be a bool.
func (v *flagValue) Type() string {
	if v.row.Arg == "" {
		return "bool"
	}
	return v.row.Arg
}

// String implements pflag.Value: the default, or whether a flag without an argument was given.
func (v *flagValue) String() string {
	if v.row == nil {
		return ""
	}
	if v.row.Arg != "" {
		return v.row.Default
	}
	if v.settings.Given(v.row.Long) {
		return "true"
	}
	return "false"
}
