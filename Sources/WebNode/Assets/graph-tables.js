/* The graph in numbers: statistics of the view, and its values as a table. */
(function (tikwatch) {
  'use strict';

  const { dom, format, series } = tikwatch;
  const ROW_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800, 1209600, 2592000, 7776000];
  const ROWS = 24;

  /** `+12 %`: how much more it is now than before. */
  function change(now, before) {
    if (!format.isKnown(now) || !format.isKnown(before) || before <= 0) return format.UNKNOWN;
    const percent = Math.round((now / before - 1) * 100);
    if (Math.abs(percent) >= 100000) return format.UNKNOWN;
    return (percent > 0 ? '+' : percent < 0 ? '−' : '') + Math.abs(percent) + format.NARROW + '%';
  }

  const bound = (sign, value) => (value === null ? format.UNKNOWN : sign + format.rate(value));

  /** Fills the row of direction `k`. The newest value stands there for every view. */
  function statistics(row, data, k, [from, to], now, past) {
    const result = series.statistics(data, k, from, to);
    const peakTime = result.peakAt === null ? format.UNKNOWN : data.step < 3600 && to - from <= 86400 ? format.clock(result.peakAt) : format.moment(result.peakAt, 604800);
    const values = {
      now: format.rate(now), average: format.rate(result.average), peak: bound(data.bounds ? '≤' + format.NARROW : '', result.peak), 'peak-at': peakTime,
      percentile: format.rate(result.percentile), lowest: bound(data.bounds ? '≥' + format.NARROW : '', result.lowest),
    };
    if (past) {
      const before = series.statistics(past, k, from, to).average;
      values.before = format.rate(before);
      values.change = change(result.average, before);
    }
    for (const [name, value] of Object.entries(values)) dom.text(dom.find('[data-stat="' + name + '"]', row), value);
    return result;
  }

  /** How long one row of the table is, so that 12 to 50 rows tell the view. */
  const rowStep = (span, step) => Math.max(step, ROW_STEPS.find(candidate => span / candidate <= ROWS * 1.5) || span / ROWS);

  /** The rows of several lines. */
  function lanes(rows, list, [from, to], now) {
    rows.forEach((row, index) => {
      const [received, sent] = [0, 1].map(k => series.statistics(list[index], k, from, to));
      const texts = [
        format.rate(now[index][0]), format.rate(received.average), format.rate(received.peak), format.rate(now[index][1]),
        format.rate(sent.average), format.rate(sent.peak),
      ];
      texts.forEach((text, column) => dom.text(row.cells[column + 1], text));
    });
  }

  /** The amounts of the view, from the ledgers. */
  function amounts(rows, laneRows, { total, lanes }) {
    const { text, explanation } = tikwatch.graphVolumes;
    const show = (cell, amount, side) => {
      dom.text(cell, text(amount, side));
      cell.title = explanation(amount);
    };
    rows.forEach((row, k) => show(dom.find('[data-stat="bytes"]', row), total, k ? 'out' : 'in'));
    laneRows.forEach((row, index) => ['in', 'out'].forEach((side, k) => show(row.cells[7 + k], lanes[index] || null, side)));
  }

  function values(body, data, [from, to], list, past) {
    const step = rowStep(to - from, data.step);
    const rows = [];
    for (let start = Math.floor(from / step) * step; start < Math.min(to, data.end + step); start += step) {
      const result = series.summary(data, Math.max(from, start), Math.min(to, start + step));
      const cell = value => dom.make('td', '', result ? format.rate(value) : 'no data');
      const row = dom.make('tr', '', dom.make('td', 'l', format.moment(start, 0)));
      for (const k of [0, 1]) row.append(cell(result && result.average[k]), cell(result && result.peak[k]));
      for (const other of [...list, ...(past ? [past] : [])]) {
        const known = series.summary(other, Math.max(from, start), Math.min(to, start + step));
        for (const k of [0, 1]) row.append(dom.make('td', '', format.rate(known && known.average[k])));
      }
      rows.push(row);
    }
    body.replaceChildren(...rows);
  }

  tikwatch.graphTables = { statistics, change, lanes, amounts, values, rowStep };
})(globalThis.tikwatch ??= {});
