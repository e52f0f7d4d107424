package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"gocached/server/settings"
	"gocached/tool"
)

// toolCommand returns "gocached tool", which asks running servers for their figures.
func toolCommand() *cobra.Command {
	var o tool.Options
	var passwordFile string
	cmd := &cobra.Command{
		Use:   "tool ADDRESS... [MODE]",
		Short: "Show the figures of running servers",
		Long:  toolHelp(),
		Example: `  gocached tool 10.0.0.5:11211              # slab classes
  gocached tool 10.0.0.5 10.0.0.6 stats     # general figures of two servers
  gocached tool /run/gocached.sock sizes    # over a unix socket
  gocached tool 10.0.0.5 curve              # what would more memory buy?
  gocached tool 10.0.0.5 dump > items       # all items, as add commands
  gocached tool 10.0.0.5 --user alice --password-file secret   # of a server with -S`,
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: completeMode,
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			if args, o.Mode, err = splitMode(args, isHost); err != nil {
				return err
			}
			if o.Password, err = password(o.User, passwordFile, os.Getenv); err != nil {
				return err
			}
			return tool.Run(cmd.OutOrStdout(), cmd.ErrOrStderr(), args, o)
		},
	}
	cmd.Flags().BoolVar(&o.Bytes, "bytes", false, "print exact numbers of bytes")
	cmd.Flags().IntVar(&o.Limit, "limit", 0, "dump: how many items at most (0 is all)")
	addAskingFlags(cmd, &o, &passwordFile)
	return cmd
}

// addAskingFlags adds those that say how servers are asked.
func addAskingFlags(cmd *cobra.Command, o *tool.Options, passwordFile *string) {
	cmd.Flags().DurationVar(&o.Timeout, "timeout", tool.DefaultTimeout, "how long a server may take over an answer")
	cmd.Flags().StringVar(&o.User, "user", "", "log in under this name (SASL), with the password in the environment\n"+
		"under "+tool.PasswordVariable+" or in the file of --password-file")
	cmd.Flags().StringVar(passwordFile, "password-file", "", "a file whose first line is the password of --user")
	cmd.Flags().StringVar(&o.Mechanism, "mechanism", "", "SASL mechanism (default: the strongest that both sides know)")
}

// password finds the password that goes with a name. It is never an argument, which others on the machine could read.
func password(user, file string, getenv func(string) string) (string, error) {
	switch {
	case user == "" && file == "":
		return "", nil
	case user == "":
		return "", errors.New("--password-file goes with --user")
	case file == "":
		if word := getenv(tool.PasswordVariable); word != "" {
			return word, nil
		}
		return "", fmt.Errorf("--user needs a password: in the environment under %s, or by --password-file", tool.PasswordVariable)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("--password-file: %w", err)
	}
	word, _, _ := strings.Cut(string(text), "\n")
	if word = strings.TrimSuffix(word, "\r"); word == "" {
		return "", fmt.Errorf("--password-file: the first line of %s is empty", file)
	}
	return word, nil
}

// toolHelp lists the modes.
func toolHelp() string {
	var b strings.Builder
	b.WriteString("Show the figures of running servers: any that speak memcached's protocol, by\n" +
		"host, host:port or the path of a unix socket. MODE, which may as well be the\nfirst word, is one of:\n\n")
	for _, m := range tool.Modes {
		b.WriteString("  " + m.Name + strings.Repeat(" ", 10-len(m.Name)) + m.Help + "\n")
	}
	return strings.TrimRight(b.String(), "\n")
}

// isMode reports whether a word names a mode. One that is empty, as a variable of a shell may be, stands for the first.
func isMode(word string) bool { _, ok := tool.FindMode(word); return ok }

// modeNames returns the names of all modes.
func modeNames() []string {
	var names []string
	for _, m := range tool.Modes {
		names = append(names, m.Name)
	}
	return names
}

// splitMode takes the mode from the arguments, if one is there: it is the last word, as with memcached-tool, or else the
// first. A first or last word that is not the only one, and resembles a mode, is taken for a slip, and so is a last one that
// names no host, and a bare number anywhere.
func splitMode(args []string, isHost func(string) bool) (addresses []string, mode string, err error) {
	if n := len(args); n > 0 && isMode(args[n-1]) {
		args, mode = args[:n-1], args[n-1]
	} else if n > 1 && isMode(args[0]) {
		args, mode = args[1:], args[0]
	}
	if len(args) == 0 {
		return nil, "", errors.New("which server? Give its address, as in: gocached tool 127.0.0.1:11211 stats")
	}
	for _, word := range args {
		if _, err := strconv.Atoi(word); err == nil {
			return nil, "", numberIsNoServer(word)
		}
	}
	last := args[len(args)-1]
	if len(args) == 1 || mode != "" {
		return args, mode, nil
	}
	for _, word := range []string{last, args[0]} {
		if like := settings.Nearest(word, modeNames()); like != "" {
			return nil, "", fmt.Errorf("%q is no mode: did you mean %s? If it is a server, give its port too: %[1]s:11211", word, like)
		}
	}
	if !strings.ContainsAny(last, ".:/") && !isHost(last) {
		return nil, "", fmt.Errorf("%q is no mode, and no host of that name is known; the modes are %s", last,
			strings.Join(modeNames(), ", "))
	}
	return args, mode, nil
}

// numberIsNoServer is the error for a port in the place of an address.
func numberIsNoServer(word string) error {
	return fmt.Errorf("%q is a number, not a server: did you mean 127.0.0.1:%[1]s?", word)
}

// isHost reports whether a name can be looked up.
func isHost(name string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), tool.DefaultTimeout)
	defer cancel()
	_, err := net.DefaultResolver.LookupHost(ctx, name)
	return err == nil
}
