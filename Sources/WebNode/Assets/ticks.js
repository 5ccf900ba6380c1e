/* Where the axes get their lines: round numbers for values, wall-clock times for time. Pure functions. */
(function (tikwatch) {
  'use strict';

  const { format } = tikwatch;
  const DAY = 86400;
  const MONTH = 2629800;
  const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, DAY, 2 * DAY];

  /** The smallest of 1, 2, 2.5, 5 × 10ⁿ that cuts `range` in at most `wanted` pieces. */
  function niceStep(range, wanted) {
    const raw = range / wanted;
    const power = 10 ** Math.floor(Math.log10(raw));
    const factor = [1, 2, 2.5, 5].find(candidate => raw / power <= candidate * 1.0000001) || 10;
    return factor * power;
  }

  /** Decimals that tell multiples of `step` apart. */
  function decimals(step) {
    for (const digits of [0, 1, 2]) {
      const scaled = step * 10 ** digits;
      if (Math.abs(scaled - Math.round(scaled)) < 1e-6) return digits;
    }
    return 2;
  }

  /** Labels of a value axis: one prefix for all, so that heights compare; zero is `0` without a unit. */
  function valueLabeller(largest, step, unit) {
    let prefix = 0;
    let scaled = largest;
    while (scaled >= 1000 && prefix < format.PREFIXES.length - 1) {
      scaled /= 1000;
      prefix += 1;
    }
    const factor = 1000 ** prefix;
    const digits = decimals(step / factor);
    return value => {
      if (Math.abs(value) < step / 1000) return '0';
      return format.fixed(Math.abs(value) / factor, digits) + format.NARROW + format.PREFIXES[prefix] + unit;
    };
  }

  /** Labels for rates in bit/s, in the unit shown. */
  function rateLabeller(largest, step) {
    const { divisor, unit } = format.rates;
    const label = valueLabeller(largest / divisor, step / divisor, unit);
    return value => label(value / divisor);
  }

  /** Ticks for steps up to two days. Hours follow the wall clock, so a day of 23 or 25 hours stays aligned. */
  function clockTicks(from, to, step) {
    const ticks = [];
    const start = new Date(from * 1000);
    start.setHours(0, 0, 0, 0);
    let time = start.getTime() / 1000;
    while (time <= to) {
      const date = new Date(time * 1000);
      // An hour that a clock change skips has no tick, and the one after it is not moved into its place.
      const isOnStep = step < 3600 || step >= DAY || date.getHours() % (step / 3600) === 0;
      if (time >= from && isOnStep) {
        const midnight = date.getHours() === 0 && date.getMinutes() === 0 && date.getSeconds() === 0;
        const label = step >= DAY || midnight ? format.shortDay(time) : step < 60 ? format.clock(time) : format.hourMinute(time);
        ticks.push({ time, label, strong: midnight && step < DAY });
      }
      if (step >= DAY) {
        date.setDate(date.getDate() + step / DAY);
        time = date.getTime() / 1000;
      } else if (step >= 3600) {
        const hours = step / 3600;
        const next = new Date(time * 1000);
        next.setHours((Math.floor(date.getHours() / hours) + 1) * hours, 0, 0, 0);
        time = Math.max(next.getTime() / 1000, time + 3600);
      } else {
        time += step;
      }
    }
    return ticks;
  }

  function weekTicks(from, to) {
    const ticks = [];
    const date = new Date(from * 1000);
    date.setHours(0, 0, 0, 0);
    date.setDate(date.getDate() - ((date.getDay() + 6) % 7));
    for (; date.getTime() / 1000 <= to; date.setDate(date.getDate() + 7)) {
      const time = date.getTime() / 1000;
      if (time >= from) ticks.push({ time, label: format.shortDay(time), strong: false });
    }
    return ticks;
  }

  function monthTicks(from, to, months) {
    const ticks = [];
    const date = new Date(from * 1000);
    date.setHours(0, 0, 0, 0);
    date.setDate(1);
    date.setMonth(Math.floor(date.getMonth() / months) * months % 12);
    for (; date.getTime() / 1000 <= to; date.setMonth(date.getMonth() + months)) {
      const time = date.getTime() / 1000;
      const january = date.getMonth() === 0;
      const label = january ? String(date.getFullYear()) : format.month(time);
      if (time >= from) ticks.push({ time, label, strong: january });
    }
    return ticks;
  }

  /** Ticks of a time axis `width` pixels wide: `[{time, label, strong}]`, about 84 pixels apart. */
  function timeTicks(from, to, width) {
    const raw = (to - from) / Math.max(2, width / 84);
    const step = STEPS.find(candidate => candidate >= raw);
    if (step) return clockTicks(from, to, step);
    if (raw <= 7 * DAY) return weekTicks(from, to);
    return monthTicks(from, to, [1, 2, 3, 6, 12, 24].find(months => months * MONTH >= raw) || 60);
  }

  tikwatch.ticks = { niceStep, decimals, valueLabeller, rateLabeller, timeTicks };
})(globalThis.tikwatch ??= {});
