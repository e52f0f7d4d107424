package memory

import (
	"strconv"

	"gocached/figure"
)

// chosenRows are the words of -o by which the engine works, so that a server can be asked for them.
var chosenRows = []figure.Row{
	chosen(lruOption, "Which items go when memory is full, by -o lru."),
	chosen(objectiveOption, "What memory is shared out for, by -o objective."),
	chosen(tableOption, "Which sizes of chunks items lie in, by -o slab_table."),
	chosen(sizesOption, "The sizes of the slab classes, by -o slab_sizes, or none."),
	chosen(automoveOption, "How readily pages move by themselves, by -o slab_automove or slabs automove."),
}

func chosen(key, text string) figure.Row {
	return figure.New(key, figure.Info, figure.None, text)
}

// statsChosen emits chosenRows. Of these only slab_automove changes while the server runs.
func (e *Engine) statsChosen(emit emitter) {
	for _, row := range chosenRows {
		value := e.options[row.Name]
		switch {
		case row.Name == automoveOption:
			value = strconv.Itoa(int(e.balancer.automove.level.Load()))
		case value == "":
			value = "none"
		}
		emit(row.Name, value)
	}
}
