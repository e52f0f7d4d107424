package protocol

import (
	"fmt"
	"strings"
	"testing"
)

const noBlock = "fail \"CLIENT_ERROR bad command line format\""

func refused(words string) string { return fmt.Sprintf("fail %q", "CLIENT_ERROR "+words) }

// swallowed is what a refused ms with a block of so many bytes looks like.
func swallowed(words string, length int) string {
	return fmt.Sprintf("%s skip=%d", refused(words), length+2)
}

// metaCases are lines and what they are read as. The answers are memcached 1.6.45's.
var metaCases = []struct{ in, want string }{
	// names
	{"mn\r\n", "noop"},
	{"mn k O1 !\r\n", "noop"},
	{"mn \n", "noop"},
	{"mn\n", noBlock},
	{"mr a\r\nmx\r\nmz 1\r\nmgg a\r\nm\r\nMG a\r\n", strings.Repeat("\n"+unknown, 6)[1:]},
	{" mg a\r\nmg\ta\r\nmn\x00\r\n", strings.Repeat("\n"+unknown, 3)[1:]},
	{"mg\r\nmg \r\nms\r\nms a\r\nms a \r\nmd\r\nma\r\nme\n", strings.Repeat("\n"+noBlock, 8)[1:]},

	// keys
	{"mg a\n", "get a hide=none"},
	{"mg  a  \r\n", "get a"},
	{"mg " + strings.Repeat("k", 250) + "\r\n", "get kkkk...250"},
	{"mg " + strings.Repeat("k", 251) + "\r\n", noBlock},
	{"mg " + strings.Repeat("k", 251) + " b z\r\n", noBlock},
	{"ma " + strings.Repeat("k", 251) + "\r\n", refused("invalid or duplicate flag")},
	{"me " + strings.Repeat("k", 251) + "\r\n", noBlock},
	{"ms " + strings.Repeat("k", 251) + " 2\r\nhi\r\nmn\r\n", swallowed("bad command line format", 2) + "\nnoop"},
	{"mg a\x00b\tc\r\n", "get a\x00b\tc"},
	{"mg Zm9v b\r\nmd Zm9v b\r\nma Zm9v b\r\nms Zm9v 0 b\r\n\r\n",
		"get foo +b\ndelete foo +b\narithmetic foo delta=1 +b\nstore/set foo \"\" +b"},
	{"mg Zg== b\r\nmg Zm8= b\r\nmg Z!m-9\tv b\r\nmg Zg==Zg== b\r\nmg Z=9v b\r\n", "get f +b\nget fo +b\nget foo +b\nget f +b\nget d\x0f +b"},
	{"mg foo b\r\nmg !!!! b\r\nmg ==== b\r\nmg Z=== b\r\nmg Zm9vZ b\r\n", strings.Repeat("\n"+refused("error decoding key"), 5)[1:]},
	{"ma foo b\r\n", refused("invalid or duplicate flag")},
	{"ms !!!! 2 b\r\nhi\r\nmn\r\n", swallowed("error decoding key", 2) + "\nnoop"},
	{"me a\r\nme a v v z O1 k q T\r\nme Zm9v b\r\nme Zm9v b x\r\nme Zm9v b !\r\nme !!!! b x\r\nme Zm9v x b\r\n",
		"describe a\ndescribe a\ndescribe Zm9v\ndescribe foo +b\n" + noBlock + "\n" + noBlock + "\ndescribe Zm9v"},

	// flags
	{"mg a v q k O1 s t f c l h u T30 N-1 R0 C5 E6\r\n",
		"get a exptime=30 cas=5 newcas=6 vivify=-1 letters=kOstfclhTNR \"O1\" +touch +v +C +E +N +R +u hide=miss"},
	{"mg a x M I F7 J1 D2 P L\r\n", "get a flags=7 delta=2 initial=1 +I +x"},
	{"mg a !\r\nmg a -\r\nmg a v {\r\nmg a z z \xff\r\n", strings.Repeat("\n"+noBlock, 4)[1:]},
	{"mg a z\r\nmg a S3\r\nmg a 1\r\nmg a K\r\nmg a [\r\nmg a noreply\r\n", strings.Repeat("\n"+refused("invalid flag"), 6)[1:]},
	{"mg a v v\r\nmg a T3 T3\r\nmg a k v k z\r\n", strings.Repeat("\n"+refused("duplicate flag"), 3)[1:]},
	{"mg a T\r\nmg a Tx\r\nmg a T+1\r\nmg a T2147483648\r\nmg a T-2147483649\r\nmg a T000000000001\r\nmg a N\r\nmg a R1.5\r\nmg a C-1\r\nmg a E\r\n",
		strings.Repeat("\n"+refused("bad token in command line format"), 10)[1:]},
	{"mg a T-\r\nmg a T2147483647\r\nmg a T-2147483648\r\nmg a T00000000001\r\n",
		"get a letters=T +touch\nget a exptime=2147483647 letters=T +touch\nget a exptime=-2147483648 letters=T +touch\nget a exptime=1 letters=T +touch"},
	{"mg a Fx\r\nmg a F4294967296\r\nmg a F-1\r\n", strings.Repeat("\n"+noBlock, 3)[1:]},
	{"mg a Tx Fx\r\nmg a Fx Tx\r\nmg a Jx\r\nmg a Dx\r\nmg a Dx Jx\r\nmg a Tx z\r\nmg a z Tx\r\n",
		strings.Join([]string{refused("bad token in command line format"), refused("bad token in command line format"),
			refused("invalid numeric initial value"), refused("invalid numeric delta value"), refused("invalid numeric initial value"),
			refused("invalid flag"), refused("invalid flag")}, "\n")},
	{"mg a C18446744073709551615 v\r\nmg a C18446744073709551616\r\nmg a C0000000000000000000005\r\nmg a C00000000000000000000005\r\n",
		"get a cas=18446744073709551615 +v +C\n" + refused("bad token in command line format") + "\nget a cas=5 +C\n" + refused("bad token in command line format")},
	{"mg a O" + strings.Repeat("o", 31) + "\r\nmg a O" + strings.Repeat("o", 32) + "\r\nmg a O\r\n",
		"get a letters=O \"Oooo...32\"\n" + refused("opaque token too long") + "\nget a letters=O \"O\""},
	{"mg a s v t f c k h l q u O1 P1 L1 T0 R1 N1 E1 C1\r\n",
		"get a cas=1 newcas=1 vivify=1 recache=1 letters=stfckhlOTRN \"O1\" +touch +v +C +E +N +R +u hide=miss"},
	{"mg a s v t f c k h l q u O1 P1 L1 T0 R1 N1 E1 C1 x\r\n", refused("options flags are too long")},
	{"mg a s v t f c k h l q u O1 P1 L1 T0 R1 N1 E1 C1 x I !\r\nmg a s v t f c k h l q u O1 P1 L1 T0 R1 N1 E1 C1 x I x !\r\n",
		noBlock + "\n" + refused("options flags are too long")},

	// ms
	{"ms a 2\r\nhi\r\n", "store/set a \"hi\""},
	{"ms a 02 T30 F5 c k s q\r\nhi\r\n", "store/set a flags=5 exptime=30 letters=Tcks \"hi\" +touch hide=ok"},
	{"ms a 2 ME\r\nhi\r\nms a 2 MR\r\nhi\r\nms a 2 MSET\r\nhi\r\nms a 2 MAdd\r\nhi\r\nms a 2 MP\r\nhi\r\n",
		"store/add a \"hi\"\nstore/replace a \"hi\"\nstore/set a \"hi\"\nstore/append a \"hi\"\nstore/prepend a \"hi\""},
	{"ms a 2 C5\r\nhi\r\nms a 2 MR C0\r\nhi\r\nms a 2 ME C5\r\nhi\r\nms a 2 MA C5 I\r\nhi\r\n",
		"store/cas a cas=5 \"hi\" +C\nstore/cas a \"hi\" +C\nstore/add a cas=5 \"hi\" +C\nstore/append a cas=5 \"hi\" +C +I"},
	{"ms a 2 N30 T60\r\nhi\r\nms a 2 MA N30 T60\r\nhi\r\n",
		"store/set a exptime=60 vivify=30 letters=NT \"hi\" +touch\nstore/append a exptime=30 vivify=30 letters=NT \"hi\" +touch +N"},
	{"ms a 2 Mset\r\nhi\r\nms a 2 M\r\nhi\r\nms a 2 MX q\r\nhi\r\nmn\r\n",
		strings.Repeat(swallowed("invalid mode for ms M token", 2)+"\n", 3) + "noop"},
	{"ms a 2 T q\r\nhi\r\nms a 2 q q\r\nhi\r\nmn\r\n", swallowed("bad token in command line format", 2) + "\n" + swallowed("duplicate flag", 2) + "\nnoop"},
	{"ms a 2 !\r\nhi\r\n", noBlock + "\n" + unknown},
	{"ms a x\r\nms a -1\r\nms a +2\r\nms a S2\r\nms a 2x\r\nms a 2147483646\r\nms a 99999999999\r\nms a 2.0\r\n", strings.Repeat("\n"+noBlock, 8)[1:]},
	{"ms a -0\r\n\r\nms a -\r\n\r\n", "store/set a \"\"\nstore/set a \"\""},
	{"ms a 2\r\nabcd\r\nmn\r\n", "store/set a \"ab\" +bad\n" + noBlock + "\nnoop"},
	{"mn\r\n\r\n\r\n", "noop\n" + noBlock + "\n" + unknown},
	{"mn\r\nab\n", "noop\n" + noBlock},
	{"mn\r\nabc\n", "noop\n" + unknown},
	{"mn\r\nget a\r\n\r\n", "noop\nget a hide=miss\nend\n" + unknown},
	{"mn\r\nset a 0 0 1\r\nx\r\n\r\n", "noop\nstore/set a \"x\"\n" + unknown},
	{"mn\r\nversion\r\n\r\n", "noop\nversion\n" + unknown},

	// ma
	{"ma a\r\nma a MD D5\r\nma a M- D0 J7 N0\r\nma a M+\r\nma a MINCR\r\n",
		"arithmetic a delta=1\narithmetic a delta=5 +decrease\narithmetic a initial=7 letters=N +decrease +create +N\narithmetic a delta=1\narithmetic a delta=1"},
	{"ma a MX\r\nma a M\r\nma a Mi\r\n", strings.Repeat("\n"+refused("invalid mode for ma M token"), 3)[1:]},
	{"ma a Dx\r\nma a D-1\r\nma a D18446744073709551616\r\nma a v v\r\nma a z\r\nma a Tx\r\n", strings.Repeat("\n"+refused("invalid or duplicate flag"), 6)[1:]},
	{"ma a !\r\n", noBlock},
}

func TestParseMeta(t *testing.T) {
	for _, c := range metaCases {
		for _, cut := range everyCut {
			all, need := drive(t, &Parser{Limits: Limits{StreamFrom: 16}}, []byte(c.in), cut.cut, cut.room)
			want := strings.ReplaceAll(c.want, " hide=none", "")
			if got := show(all); got != want || need != NeedNothing {
				t.Errorf("%q, cut %v: need %d\n%s\nwant\n%s", c.in, cut, need, got, want)
				break
			}
		}
	}
}
