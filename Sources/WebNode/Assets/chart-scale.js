/* The vertical scale of a chart: its top and bottom, its grid lines, and where a value stands. Pure functions. */
(function (tikwatch) {
  'use strict';

  const { ticks, format } = tikwatch;
  const FLOOR = 1000; // the lowest value a logarithmic scale shows, 1 kbit/s

  /** The highest value drawn in a list of columns. */
  function extent(columns, useBand) {
    let highest = 0;
    for (const value of useBand ? columns.high : columns.mean) {
      if (value > highest) highest = value;
    }
    return highest;
  }

  /** A scale from zero that moves in round steps, so that it does not pump with each second. */
  function linear(up, down, height, roundEnds) {
    const share = down === null ? 0 : 0.12;
    const larger = Math.max(up, down || 0) || FLOOR;
    let top = Math.max(up, larger * share) * 1.06;
    let bottom = down === null ? 0 : Math.max(down, larger * share) * 1.06;
    if (top === 0) top = FLOOR;
    const step = ticks.niceStep(top + bottom, Math.max(2, height / 52));
    if (roundEnds) {
      top = Math.ceil(top / step - 0.05) * step;
      bottom = Math.ceil(bottom / step - 0.05) * step;
    }
    const lines = [];
    for (let n = -Math.floor(bottom / step + 1e-6); n * step <= top + step / 1000; n += 1) lines.push(n * step);
    return {
      lines, step, top, bottom,
      largest: Math.max(top, bottom),
      share: value => (top - value) / (top + bottom),
    };
  }

  /** A logarithmic scale in decades. Values below its floor stand on the floor. */
  function logarithmic(up, down, height) {
    const decades = value => Math.max(1, Math.ceil(Math.log10(Math.max(value, FLOOR * 1.01) / FLOOR) - 0.02));
    const above = decades(up);
    const below = down === null ? 0 : decades(down);
    const position = value => Math.log10(Math.max(Math.abs(value), FLOOR) / FLOOR) * Math.sign(value);
    const every = Math.max(1, Math.ceil((above + below) / Math.max(2, height / 40)));
    const lines = [];
    for (let n = -below; n <= above; n += 1) {
      if (n % every === 0) lines.push(n === 0 ? 0 : Math.sign(n) * FLOOR * 10 ** Math.abs(n));
    }
    return {
      lines, step: FLOOR, top: FLOOR * 10 ** above, bottom: below ? FLOOR * 10 ** below : 0,
      largest: FLOOR * 10 ** Math.max(above, below),
      share: value => (above - position(value)) / (above + below),
    };
  }

  /** A scale that is round in the unit shown, for values in bit/s. */
  function inUnit(make, up, down, ...rest) {
    const { divisor } = format.rates;
    const made = make(up / divisor, down === null ? null : down / divisor, ...rest);
    if (divisor === 1) return made;
    const back = { lines: made.lines.map(value => value * divisor), share: value => made.share(value / divisor) };
    for (const name of ['step', 'top', 'bottom', 'largest']) back[name] = made[name] * divisor;
    return back;
  }

  /** Labels of a logarithmic scale: each decade has the prefix that suits it. */
  const decadeLabel = value => (value === 0 ? '≤' + format.NARROW + '1' + format.NARROW + 'k' + format.rates.unit : format.rate(Math.abs(value)));

  tikwatch.scale = { extent, linear, logarithmic, inUnit, decadeLabel };
})(globalThis.tikwatch ??= {});
