// Package sasl decides who may use the server: it speaks the SASL mechanisms, keeps the users and answers the three
// questions of the binary protocol (list, auth, step). It knows nothing of connections or packets.
//
// Read in this order: session.go (one connection's attempts), mechanism.go (the table of mechanisms), plain.go,
// login.go, crammd5.go and scram.go (one mechanism each), verify.go (what a wrong guess costs), table.go (the users),
// authenticator.go (loading and reloading them), passwordfile.go, sasldb.go and bdb.go (where they come from), config.go
// (memcached.conf).
//
// # The life of an attempt
//
// An Authenticator holds an immutable table of users behind one atomic pointer. Each connection that authenticates has a
// Session. Start ends whatever went before, looks whether a file changed, takes the table of that moment and begins a
// conversation; Step carries it on. Only a conversation's success authenticates the session.
//
// SCRAM ends with a message of the server, for which memcached's success reply has no room: so, as libsasl does there,
// the message travels as one more challenge, and the client answers it with an empty step, which succeeds.
//
// # Threats
//
// The stranger who has a connection may send any bytes in any order. He must not
//
//   - get in without a secret: success is one boolean, set in one place and cleared at the start of every attempt; a step
//     without a start fails; an authorization identity other than the user's own fails; there is no ANONYMOUS;
//   - make the server work or grow without bound: names, messages, lines, files, iteration counts and bcrypt costs have
//     limits, a conversation has at most four messages, and it keeps nothing but its own few strings;
//   - guess quickly: from the fifth failure on (an attempt left unfinished is one) a connection has to wait 100 ms before
//     its next guess is answered. The session names the wait, its owner keeps it. How many connections one client may
//     have is not known here;
//   - learn which users exist: every name takes the same path. The lookup reads a fixed number of slots in constant
//     time; every guess costs as many iterations of every kind as the dearest user of the table, whoever is named (test
//     TestSameWork); all failures answer alike; and SCRAM answers an unknown name with a salt and an iteration count
//     such as a user's, derived from a secret of the process so that asking twice tells nothing.
//
// The operator's files are trusted in what they grant, not in their form: a file that cannot be understood, or that
// changes while it is read, is an error and leaves the users as they were. So is a password file that names nobody any
// more, and any change after which nobody could authenticate: it is hardly meant, and whoever means it can stop the
// server. A password file cut within a line may still make sense, and changes are noticed without a signal: so write it
// beside and rename it. A database that is gone holds no users.
//
// What stays open: PLAIN and LOGIN send the password, and no mechanism here encrypts what follows, so an untrusted
// network needs TLS. CRAM-MD5, and SCRAM for a plaintext line, need the password itself in memory. A process that
// restarts has a new secret: one who asks before and after sees the salts of unknown names and of plaintext users
// change while those of stored SCRAM verifiers stay. A name that is too long fails at once.
//
// # Costs
//
// Start and Step read files that changed and may run PBKDF2 or bcrypt: milliseconds, or most of a second with a bcrypt
// cost of 14. Call them where waiting harms nobody.
//
// # Sources
//
// PLAIN is RFC 4616, LOGIN draft-murchison-sasl-login, CRAM-MD5 RFC 2195, SCRAM RFC 5802 and RFC 7677 (the conversation
// itself is github.com/xdg-go/scram), the stored verifier RFC 5803, SASLprep RFC 4013. The layout of Berkeley DB's hash
// pages is the one its own page header file describes (versions 8 to 10); bdb.go draws it, and files of version 9 made by
// Berkeley DB's tools with pages of 512 bytes to 64 KiB in both byte orders were read to check it. The form of a sasldb
// key was observed in files written by saslpasswd2.
//
// # Where it departs from memcached 1.4.5
//
// A refused password does not leave the connection authenticated. A password is the whole rest of its line, colons
// included. A name found in the password file is not looked for in the database. In the password file # begins a
// comment, a line without a colon is an error, and an empty password is refused. A user may add or leave out the realm
// where that is this host's name: see table.go.
package sasl
