/* Tests of the pages' scripts that need no page: formatting, ticks, columns, gaps, view addresses.
 * `runScriptTests(cases)` returns `[{name, error}]`; `error` is null when the test passed. */
(function (scope) {
  'use strict';

  const { format, ticks, columns, series, graphState, graphTables, graphVolumes, chartLanes, scale, links } = scope.tikwatch;
  const tests = [];
  const test = (name, body) => tests.push({ name, body });

  function equal(actual, expected, what) {
    const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)];
    if (left !== right) throw new Error((what ? what + ': ' : '') + 'got ' + left + ', expected ' + right);
  }

  function check(condition, what) {
    if (!condition) throw new Error(what);
  }

  /** A series of `count` points with one value, and single ones changed. */
  function made(count, { t0 = 1795200000, step = 1, value = 10, at = {}, gaps = [] } = {}) {
    const list = new Array(count).fill(value);
    for (const [index, other] of Object.entries(at)) list[index] = other;
    for (const [from, to] of gaps) list.fill(null, from, to);
    return series.parse({ t0, step, in: { avg: list }, out: { avg: list.map(each => each === null ? null : each / 2) } });
  }

  /** Narrow spaces are written as plain ones in the table of cases. */
  const plain = text => text.replaceAll('\u202f', ' ');

  function formatTests(cases) {
    for (const [name, list] of Object.entries(cases)) {
      test('format.' + name + ' follows the table that the server follows', () => {
        check(list.length > 4, 'the table is empty');
        for (const [value, expected] of list) equal(plain(format[name](value)), expected, String(value));
      });
    }
  }

  test('a value that is no number is unknown, never zero', () => {
    for (const value of [NaN, Infinity, undefined, null, '12']) equal(format.rate(value), '–');
  });

  test('a single peak survives every width', () => {
    const day = 86400;
    for (let width = 50; width < 3000; width += 7) {
      const peak = (width * 7919) % day;
      const data = made(day, { at: { [peak]: 1e9 } });
      const drawn = columns.columns(data, 0, data.t0, data.t0 + day, width);
      equal(Math.max(...drawn.high.filter(value => value === value)), 1e9, 'width ' + width + ', second ' + peak);
      check(drawn.left.length <= width + 2, 'more columns than pixels at width ' + width);
    }
  });

  test('a single peak survives every zoom and every position of a sliding window', () => {
    const data = made(7200, { at: { 3601: 5e8 } });
    for (const span of [60, 333, 900, 3600, 7000]) {
      for (let shift = 1; shift < span; shift += Math.max(1, Math.floor(span / 17))) {
        const from = data.t0 + 3601 - shift;
        const drawn = columns.columns(data, 0, from, from + span, 300);
        check(drawn.high.includes(5e8), 'span ' + span + ' shift ' + shift);
      }
    }
  });

  test('a peak of the archive is drawn though the mean is low', () => {
    const data = series.parse({ t0: 0, step: 60, in: { avg: [10, 10, 10], max: [10, 999, 10], min: [1, 1, 1] }, out: { avg: [1, 1, 1] } });
    equal(columns.columns(data, 0, 0, 180, 2).high, [999, 10]);
    equal(columns.columns(data, 0, 0, 180, 2).low, [1, 1]);
  });

  test('columns stay with their samples while the window slides', () => {
    const data = made(4000, { at: { 1000: 50, 1001: 70, 2000: 90 } });
    const means = shift => {
      const drawn = columns.columns(data, 0, data.t0 + shift, data.t0 + shift + 3000, 1000);
      return new Map(drawn.left.map((left, index) => [left, drawn.mean[index]]));
    };
    const before = means(100);
    for (const [left, mean] of means(101)) if (before.has(left)) equal(mean, before.get(left), 'column at ' + left);
  });

  test('a gap is a gap: no column, no interpolation, exact ends', () => {
    const data = made(600, { gaps: [[100, 160]] });
    const both = [0, 1].map(k => columns.columns(data, k, data.t0, data.t0 + 600, 1200));
    equal(both[0].mean.filter(mean => mean !== mean).length, 60);
    equal(columns.gaps(both, data.t0, data.end), [[data.t0 + 100, data.t0 + 160]]);
    equal(columns.runs(both[0].mean), [[0, 100], [160, 600]]);
  });

  test('what comes after the last sample is no gap', () => {
    const data = made(600, { gaps: [[590, 600]] });
    equal(data.end, data.t0 + 590);
    const both = [0, 1].map(k => columns.columns(data, k, data.t0, data.t0 + 600, 300));
    equal(columns.gaps(both, data.t0, data.end), []);
    equal(columns.gaps(both, data.t0, data.t0 + 600), [[data.t0 + 590, data.t0 + 600]]);
  });

  test('zero is drawn as zero, not as a gap', () => {
    const data = made(100, { value: 0 });
    const both = [0, 1].map(k => columns.columns(data, k, data.t0, data.t0 + 100, 50));
    equal(both[0].mean.every(mean => mean === 0), true);
    equal(columns.gaps(both, data.t0, data.t0 + 100), []);
  });

  test('live seconds are appended, with holes unknown', () => {
    const data = made(10, { value: 100 });
    series.append(data, data.t0 + 10, [200, 20]);
    series.append(data, data.t0 + 13, [400, 40]);
    equal(data.avg[0].slice(9).map(value => (value === value ? value : null)), [100, 200, null, null, 400]);
    equal(data.end, data.t0 + 14);
  });

  test('live seconds in a longer step are averaged and keep their peak', () => {
    const data = series.parse({ t0: 0, step: 10, in: { avg: [100], max: [120], min: [90] }, out: { avg: [1], max: [1], min: [1] } });
    for (let second = 10; second < 20; second += 1) series.append(data, second, [second === 15 ? 1000 : 100, 1]);
    equal(data.avg[0][1], 190);
    equal(data.max[0][1], 1000);
    equal(data.min[0][1], 100);
  });

  test('an unknown live second stays unknown', () => {
    const data = made(3);
    series.append(data, data.t0 + 3, [null, 7]);
    check(Number.isNaN(data.avg[0][3]), 'unknown became ' + data.avg[0][3]);
    equal(data.avg[1][3], 7);
  });

  test('old seconds are dropped without moving the others', () => {
    const data = made(2000, { at: { 1500: 77 } });
    series.trim(data, data.t0 + 1000);
    equal(data.avg[0][Math.round(1795200000 + 1500 - data.t0)], 77);
    equal(data.t0, 1795201000);
  });

  test('statistics leave out what is unknown', () => {
    const data = made(100, { value: 800, at: { 50: 1600 }, gaps: [[10, 20]] });
    const result = series.statistics(data, 0, data.t0, data.t0 + 100);
    equal(Math.round(result.average), Math.round((89 * 800 + 1600) / 90));
    equal([result.peak, result.peakAt - data.t0, result.lowest, result.missing], [1600, 50, 800, 10]);
  });

  test('statistics of a view without data are unknown', () => {
    const data = made(10, { gaps: [[0, 10]] });
    const result = series.statistics(data, 0, data.t0, data.t0 + 10);
    equal([result.average, result.peak, result.percentile], [null, null, null]);
  });

  test('amounts say how exact and how complete they are', () => {
    const { parse, sum, text, explanation } = graphVolumes;
    const whole = parse({ in: 5e9, out: 1e9, coverage: 1, flags: '', exact: true });
    const part = parse({ in: 1e9, out: 2e9, coverage: 0.5, flags: 'gp', exact: false });
    equal([text(whole, 'in'), text(part, 'out'), text(null, 'in'), text(parse({ in: null, out: null, coverage: 0, flags: 'p', exact: true }), 'in')].map(plain),
      ['5.00 GB', '≈ 2.00 GB (50 % known)', '–', '–']);
    equal(plain(text(sum([whole, part]), 'in')), '≈ 6.00 GB (50 % known)');
    equal(plain(text(sum([whole, whole]), 'in')), '10.0 GB');
    equal(plain(text(sum([whole, null]), 'in')), '5.00 GB (0 % known)');
    equal([sum([null, null]), sum([])], [null, null]);
    const reset = parse({ in: 1e9, out: 0, coverage: 0.9, flags: 'rp', exact: true });
    equal([text(reset, 'in'), text(sum([reset, part]), 'in')].map(plain), ['≥ 1.00 GB (90 % known)', '≥≈ 2.00 GB (50 % known)']);
    equal([explanation(whole), explanation(null)], ['', '']);
    equal(plain(explanation(sum([reset, part]))), 'Counters were reset: at least this much. '
      + 'An edge of the time cuts a row of five minutes: its bytes are shared out by time. The bytes of 50 % of the time are known.');
  });

  test('the 95th percentile is a nearest rank', () => {
    const list = Array.from({ length: 20 }, (_, index) => index + 1);
    const data = series.parse({ t0: 0, step: 1, in: { avg: list }, out: { avg: list } });
    equal(series.statistics(data, 0, 0, 20).percentile, 19);
  });

  test('value ticks are nice and share one prefix', () => {
    for (const [range, wanted, step] of [[7, 7, 1], [1500, 6, 250], [9.9e8, 5, 2e8], [12e6, 5, 2.5e6], [3, 10, 0.5]]) {
      equal(ticks.niceStep(range, wanted), step, range + '/' + wanted);
    }
    const label = ticks.valueLabeller(1.75e9, 0.25e9, 'bit/s');
    equal([0, 0.25e9, -1.5e9].map(value => plain(label(value))), ['0', '0.25 Gbit/s', '1.50 Gbit/s']);
  });

  test('the scale holds every value and moves in steps', () => {
    for (const value of [0, 1, 999, 1234, 5e5, 99e6, 1.23e9]) {
      const made = scale.linear(value, null, 400, true);
      check(made.top >= value, 'the top ' + made.top + ' is below ' + value);
      equal(made.share(0), 1, 'zero is at the bottom');
    }
    equal(scale.linear(70e6, null, 400, true).top, scale.linear(71e6, null, 400, true).top, 'no pumping');
    const both = scale.linear(100, 40, 400, true);
    check(both.share(-40) <= 1 && both.share(100) >= 0, 'mirror holds both directions');
    const decades = scale.logarithmic(5e8, null, 400);
    check(decades.share(5e8) >= 0 && decades.share(0) === 1 && decades.share(1e6) < decades.share(1e5), 'decades rise');
  });

  test('time ticks stand on the wall clock', () => {
    const midnight = new Date(2026, 9, 24).getTime() / 1000;
    for (const [from, span] of [[midnight + 1000, 3600], [midnight + 100, 21600], [midnight, 172800], [midnight, 2592000], [midnight, 31536000], [midnight, 157680000]]) {
      const found = ticks.timeTicks(from, from + span, 1200);
      check(found.length >= 3 && found.length <= 20, found.length + ' ticks for ' + span);
      for (let index = 1; index < found.length; index += 1) check(found[index].time > found[index - 1].time, 'ticks rise');
      for (const tick of found) check(new Date(tick.time * 1000).getSeconds() === 0, 'a tick at full minutes');
      if (span > 86400) for (const tick of found.filter(each => / /.test(each.label))) equal(new Date(tick.time * 1000).getHours(), 0, 'days begin at midnight');
    }
  });

  test('a day with a clock change has ticks at full hours', () => {
    // Days of a change in Europe and in America; where the zone has none these are plain days.
    for (const [month, date] of [[9, 25], [2, 29], [2, 8], [10, 1]]) {
      const from = new Date(2026, month, date).getTime() / 1000;
      const to = new Date(2026, month, date + 1).getTime() / 1000;
      const found = ticks.timeTicks(from, to, 1200);
      for (const tick of found.slice(1, -1)) equal(new Date(tick.time * 1000).getHours() % 2, 0, 'hour of ' + tick.label);
      equal(new Set(found.map(tick => tick.label + tick.time)).size, found.length);
    }
  });

  test('a view reads from its address and writes itself back', () => {
    const query = 'device=gw&interface=ether1&range=24h&style=mirror&peaks=0&log=1&hide=out';
    equal(graphState.write(graphState.read(query), query).split('&').sort(), query.split('&').sort());
    const fixed = 'device=gw&from=100&to=4000';
    equal(graphState.write(graphState.read(fixed), fixed), fixed);
    equal(graphState.write(graphState.read('range=1h&style=area&peaks=1'), 'range=1h&style=area&peaks=1'), '', 'defaults are left out');
  });

  test('unknown values of a view fall back to the default', () => {
    for (const query of ['range=soon', 'range=0s', 'range=99999y', 'from=5&to=4', 'from=x&to=y', 'style=pie', 'from=1', 'range=-1h', '']) {
      const state = graphState.read(query);
      equal([state.range, state.style, state.peaks, state.from], ['1h', 'area', true, null], query);
    }
    equal(graphState.read('from=2026-11-20T20:00:00Z&to=2026-11-20T21:00:00Z').to, 1795208400);
  });

  test('the table of values has 12 to 50 rows for every preset', () => {
    for (const range of graphState.PRESETS) {
      const span = graphState.seconds(range);
      const rows = span / graphTables.rowStep(span, Math.max(1, span / 4000));
      check(rows >= 10 && rows <= 50, range + ' has ' + rows + ' rows');
    }
  });

  test('names with commas stay whole when a view is written', () => {
    const query = 'device=a%2Cb&interface=x%2Cy,z&range=6h';
    equal(graphState.write({ ...graphState.read(query), style: 'line' }, '?' + query), 'device=a%2Cb&interface=x%2Cy,z&range=6h&style=line');
  });

  test('comparison, unit, looks and hidden lines are read and written', () => {
    const query = 'device=gw&hide=out%2C2%2C5&compare=1w&unit=B&refresh=30';
    equal(graphState.write(graphState.read(query), query), query);
    const state = graphState.read('hide=0,13,x,3,in&compare=soon&unit=b&refresh=7');
    equal([state.lanes, state.hidden, state.compare, state.bytes, state.refresh], [[3], [true, false], null, false, null]);
    equal(['1w', '30d', '5m'].map(range => plain(graphState.words(range))), ['1 w', '30 d', '5 min']);
  });

  test('rates are shown in bytes without changing what is stored', () => {
    format.useBytes(true);
    try {
      equal(plain(format.rate(8e6)), '1.00 MB/s');
      const made = scale.inUnit(scale.linear, 8e6, null, 400, true);
      check(made.lines.every(value => Number.isInteger(value / 8 / 100000)), 'lines are round in bytes: ' + made.lines);
      check(made.top >= 8e6 && made.share(0) === 1 && made.share(made.top) === 0, 'values in bit/s stand on it');
      equal(plain(ticks.rateLabeller(made.largest, made.step)(4e6)), '0.5 MB/s');
    } finally {
      format.useBytes(false);
    }
    equal(plain(format.rate(8e6)), '8.00 Mbit/s');
  });

  test('stacked lines end at their sum, and a line that is unknown beside others adds nothing', () => {
    const lane = values => ({ both: [{ mean: values }, { mean: values }] });
    const made = chartLanes.layers([lane([1, NaN, NaN, 4]), lane([10, 20, NaN, NaN])], 0);
    equal(made[1].upper.map(value => (value === value ? value : null)), [11, 20, null, 4]);
    equal(made[1].lower.map(value => (value === value ? value : null)), [1, 0, null, 4]);
  });

  test('a change is told in percent, and not where there is nothing to compare with', () => {
    equal([[110, 100], [50, 100], [100, 100], [5, 0], [null, 5], [5, null]].map(pair => plain(graphTables.change(...pair))), ['+10 %', '−50 %', '0 %', '–', '–', '–']);
  });

  test('names become addresses that nothing can end', () => {
    equal(links.folder('ether1 (WAN)'), 'ether1_20_28WAN_29');
    equal(links.folder('.hidden_é'), '_2ehidden_5f_c3_a9');
    equal(links.graph('a&b', 'x/<y>'), 'graph?device=a%26b&interface=x%2F%3Cy%3E');
  });

  scope.runScriptTests = cases => {
    formatTests(cases);
    return tests.map(({ name, body }) => {
      try {
        body();
        return { name, error: null };
      } catch (error) {
        return { name, error: String(error && error.message || error) };
      }
    });
  };
})(globalThis);
