/* Numbers, amounts and times as people read them. The server's `Format` gives the same texts; one table of cases tests both. */
(function (tikwatch) {
  'use strict';

  const PREFIXES = ['', 'k', 'M', 'G', 'T', 'P', 'E'];
  const NARROW = '\u202f';
  const UNKNOWN = '–';
  const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

  const isKnown = value => typeof value === 'number' && Number.isFinite(value);

  /** `value` with `digits` decimals; rounds halves away from zero, as the server does. */
  function fixed(value, digits) {
    const power = 10 ** digits;
    return (Math.round(value * power) / power).toFixed(digits);
  }

  /** Three significant digits and the unit with its SI prefix, apart, so that a page can style the unit. */
  function parts(value, unit) {
    if (!isKnown(value)) return [UNKNOWN, ''];
    let magnitude = Math.abs(value);
    let prefix = 0;
    while (magnitude >= 999.5 && prefix < PREFIXES.length - 1) {
      magnitude /= 1000;
      prefix += 1;
    }
    const digits = prefix === 0 ? 0 : magnitude < 9.995 ? 2 : magnitude < 99.95 ? 1 : 0;
    const text = fixed(magnitude, digits);
    const sign = value < 0 && Number(text) !== 0 ? '−' : '';
    return [sign + text, PREFIXES[prefix] + unit];
  }

  function joined([number, unit]) {
    return unit ? number + NARROW + unit : number;
  }

  /** What rates are shown in. Data and addresses are always in bit/s. */
  const rates = { unit: 'bit/s', divisor: 1 };

  function useBytes(on) {
    rates.unit = on ? 'B/s' : 'bit/s';
    rates.divisor = on ? 8 : 1;
  }

  const rateParts = value => parts(isKnown(value) ? value / rates.divisor : value, rates.unit);

  /** A rate given in bit/s, e.g. `12.3 kbit/s`. */
  const rate = value => joined(rateParts(value));

  /** An amount of bytes, SI: `385 GB`. */
  const bytes = value => joined(parts(value, 'B'));

  /** A share of one as percent without decimals; below one percent `< 1 %`. */
  function percent(share) {
    if (!isKnown(share)) return UNKNOWN;
    if (share > 0 && share < 0.01) return '<' + NARROW + '1' + NARROW + '%';
    const whole = share < 1 ? Math.floor(share * 100 + 1e-9) : Math.round(share * 100);
    return whole + NARROW + '%';
  }

  /** A duration in its two largest units: `1 min 55 s`, `41 d 3 h`. */
  function duration(seconds) {
    if (!isKnown(seconds)) return UNKNOWN;
    let rest = Math.round(Math.max(0, seconds));
    const texts = [];
    for (const [size, name] of [[31536000, 'y'], [86400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']]) {
      const count = Math.floor(rest / size);
      if (count > 0) texts.push(count + NARROW + name);
      else if (texts.length > 0) break;
      rest -= count * size;
      if (texts.length === 2) break;
    }
    return texts.join(' ') || '0' + NARROW + 's';
  }

  /** A duration in its largest unit, rounded down: `12 min`, `41 d`. */
  function age(seconds) {
    return duration(seconds).split(' ')[0];
  }

  const padded = number => (number < 10 ? '0' : '') + number;
  const dateOf = epoch => new Date(epoch * 1000);

  /** `hh:mm` in the browser's zone. */
  function hourMinute(epoch) {
    const date = dateOf(epoch);
    return padded(date.getHours()) + ':' + padded(date.getMinutes());
  }

  /** `hh:mm:ss` in the browser's zone. */
  const clock = epoch => hourMinute(epoch) + ':' + padded(dateOf(epoch).getSeconds());

  /** `YYYY-MM-DD` in the browser's zone. */
  function day(epoch) {
    const date = dateOf(epoch);
    return date.getFullYear() + '-' + padded(date.getMonth() + 1) + '-' + padded(date.getDate());
  }

  /** `20 Nov` in the browser's zone. */
  function shortDay(epoch) {
    const date = dateOf(epoch);
    return date.getDate() + ' ' + MONTHS[date.getMonth()];
  }

  const month = epoch => MONTHS[dateOf(epoch).getMonth()];

  /** `YYYY-MM-DD hh:mm:ss`; without seconds when the view is so long that they say nothing. */
  function moment(epoch, span) {
    return day(epoch) + ' ' + (span > 259200 ? hourMinute(epoch) : clock(epoch));
  }

  /** The two ends of a view; the day stands once when both ends share it. */
  function interval(from, to) {
    const span = to - from;
    if (day(from) === day(to)) return day(from) + ' ' + clock(from) + ' – ' + clock(to);
    return moment(from, span) + ' – ' + moment(to, span);
  }

  /** The time alone when it is within a day of `now`, else the day: for lists of events. */
  const recent = (epoch, now) => (now - epoch < 86400 ? hourMinute(epoch) : shortDay(epoch));

  const zoneName = () => Intl.DateTimeFormat().resolvedOptions().timeZone || 'local time';

  tikwatch.format = {
    PREFIXES, NARROW, UNKNOWN, isKnown, fixed, parts, rates, useBytes, rateParts, rate, bytes, percent, duration, age,
    hourMinute, clock, day, shortDay, month, moment, interval, recent, zoneName,
  };
})(globalThis.tikwatch ??= {});
