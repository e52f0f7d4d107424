package memory

import (
	"fmt"

	"gocached/curve"
	"gocached/engine"
	"gocached/figure"
)

// enoughGets is how many gets of sampled keys there must be before the curve is worth looking at.
const enoughGets = 2000

// curveState says whether there were enough.
var curveState = figure.New("curve_state", figure.Info, figure.None,
	fmt.Sprintf("Says ok, or why not: before %d gets of sampled keys the curve means nothing.", enoughGets))

// curveRow describes a point of the curve.
var curveRow = figure.New("curve:{bytes}", figure.Gauge, figure.Percent,
	"The hit ratio that there would be with this many bytes of memory: an eighth to eight times -m.")

// curveEighths are the points of the curve, in eighths of the limit.
var curveEighths = []int64{1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 8 * curve.Reach}

// atLimit is what a row of the curve needs.
type atLimit struct {
	*curve.Reading
	limit int64
}

// ofCurve returns a row of the curve that is a number.
func ofCurve(name string, unit figure.Unit, text string, of func(atLimit) float64) curveNumber {
	return curveNumber{figure.New(name, figure.Gauge, unit, text), of}
}

type curveNumber struct {
	figure.Row
	of func(atLimit) float64
}

// ratioAt returns a row that is the hit ratio with a multiple of the limit.
func ratioAt(name string, times float64, text string) curveNumber {
	return ofCurve(name, figure.Percent, text, func(r atLimit) float64 { return r.percent(times * float64(r.limit)) })
}

// percent is the hit ratio with so many bytes.
func (r atLimit) percent(bytes float64) float64 { return 100 * r.HitRatio(bytes) }

// curveNumbers are the rows that are numbers, but for the points.
var curveNumbers = []curveNumber{
	ofCurve("curve_limit", figure.Bytes, "The memory that items may take, see -m.",
		func(r atLimit) float64 { return float64(r.limit) }),
	ratioAt("curve_half", 0.5, "The hit ratio that there would be with half of this memory."),
	ratioAt("curve_this", 1, "The hit ratio of late: gets of an hour ago count half, and so on. It is counted, not estimated."),
	ratioAt("curve_double", 2, "The hit ratio that there would be with twice this memory."),
	ratioAt("curve_four", 4, "The hit ratio that there would be with four times this memory."),
	ofCurve("curve_model", figure.Percent, "The hit ratio of late in a cache that evicts exactly what was not used for longest, and wastes "+
		"nothing. The estimates are corrected by what differs from curve_this.", func(r atLimit) float64 { return 100 * r.Modelled() }),
	ofCurve("curve_working_set", figure.Bytes, "The memory in which all items would find room that were used of late, up to eight times "+
		"-m. With more than this the hit ratio rises no more, as far as is known yet.", func(r atLimit) float64 { return r.Bytes }),
	ofCurve("curve_gets", figure.Keys, "Gets of sampled keys, from which all this is estimated; those of an hour ago count half.",
		func(r atLimit) float64 { return r.Sample }),
	ofCurve("curve_keys", figure.Keys, "Sampled keys that are followed.", func(r atLimit) float64 { return float64(r.Keys) }),
	ofCurve("curve_one_in", figure.Keys, "One of this many keys is in the sample.", func(r atLimit) float64 { return 1 / r.Share }),
}

// curveFigures describes the group.
func curveFigures() []figure.Row {
	rows := []figure.Row{curveState}
	for _, n := range curveNumbers {
		rows = append(rows, n.Row)
	}
	return append(rows, curveRow)
}

func (e *Engine) statsCurve(_ engine.Query, emit emitter) {
	r := atLimit{e.curve.Read(), e.limit.Load()}
	emit(curveState.Name, r.state())
	for _, n := range curveNumbers {
		emit(n.Name, n.text(n.of(r)))
	}
	for _, eighths := range curveEighths {
		bytes := r.limit * eighths / 8
		emit(curveRow.Named(text(bytes)), fmt.Sprintf("%.2f", r.percent(float64(bytes))))
	}
}

// state says whether the curve is worth looking at.
func (r atLimit) state() string {
	if r.Sample < enoughGets {
		return fmt.Sprintf("too few gets yet: %.0f of sampled keys, %d are needed", r.Sample, enoughGets)
	}
	return "ok"
}

// text prints a number of the row's unit.
func (n *curveNumber) text(x float64) string {
	if n.Unit == figure.Percent {
		return fmt.Sprintf("%.2f", x)
	}
	return fmt.Sprintf("%.0f", x)
}
