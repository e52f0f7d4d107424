// Package cases is what the Go programs beside it share: how a case is run and printed.
package cases

import (
	"bytes"
	"fmt"
	"os"
	"reflect"
	"strings"
	"time"
)

// Sizes are the lengths of values that every client is tried with. The last is close under the largest item.
var Sizes = []int{0, 1, 100_000, 1_048_000}

// TooLarge is the length of a value that no server stores.
const TooLarge = 1_048_577

// Odd are keys that a server must take though they look strange.
var Odd = []string{"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", "grüße", "☃", "\x80\xff", "0", "-1", "noreply"}

// failure is what Same panics with.
type failure string

// Run runs one case and prints whether it went well. A case fails by calling Same, NoError or Fail.
func Run(name string, body func()) {
	defer func() {
		switch why := recover().(type) {
		case nil:
			fmt.Println("ok", name)
		case failure:
			fmt.Printf("not ok %s: %s\n", name, strings.Join(strings.Fields(string(why)), " "))
		default:
			panic(why)
		}
	}()
	body()
}

// Fail ends the case.
func Fail(why string) { panic(failure(why)) }

// Same ends the case unless both values are deeply equal.
func Same[T any](got, want T) {
	if !reflect.DeepEqual(got, want) {
		Fail(fmt.Sprintf("want %.60s, got %.60s", fmt.Sprintf("%#v", want), fmt.Sprintf("%#v", got)))
	}
}

// NoError ends the case if there is an error.
func NoError(err error) {
	if err != nil {
		Fail(fmt.Sprintf("%T %v", err, err))
	}
}

// Want ends the case unless err is that error.
func Want(err, want error) {
	if err != want {
		Fail(fmt.Sprintf("want %v, got %v", want, err))
	}
}

// Value returns a value of that length, with line ends in it.
func Value(length int) []byte {
	return bytes.Repeat([]byte("0123456789abcdef\r\n"), 1+length/18)[:length]
}

// AllBytes returns every byte, and then what looks like the end of an answer.
func AllBytes() []byte {
	var value []byte
	for b := range 256 {
		value = append(value, byte(b))
	}
	return append(value, "\r\nEND\r\n"...)
}

// Future returns a date that a server must take as one.
func Future() int64 { return time.Now().Unix() + 1000 }

// Past returns a date that is over.
func Past() int64 { return time.Now().Unix() - 10 }

// Expire waits until items of one second are gone.
func Expire() { time.Sleep(3 * time.Second) }

// Begin prints which client this is, and returns the arguments, of which there must be at least so many.
func Begin(client, version string, atLeast int) []string {
	if len(os.Args) <= atLeast {
		fmt.Fprintln(os.Stderr, "arguments: ADDRESS [NAME PASSWORD]")
		os.Exit(2)
	}
	fmt.Println("client", client, version)
	return os.Args[1:]
}

// Done says that all cases were tried.
func Done() { fmt.Println("done") }
