package protocol
type opcode struct {name string; command Command}
var opcodes [256]opcode
