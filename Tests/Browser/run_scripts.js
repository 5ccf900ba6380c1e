/* node run_scripts.js CASES SCRIPT…: loads the scripts like a page does, runs the tests, prints their results as JSON. */
'use strict';
const fs = require('fs');
const vm = require('vm');

globalThis.addEventListener = () => {}; // pages begin with an event that never comes here
globalThis.document = { documentElement: {} };
const [casesPath, ...scripts] = process.argv.slice(2);
for (const path of scripts) vm.runInThisContext(fs.readFileSync(path, 'utf8'), { filename: path });
process.stdout.write(JSON.stringify(globalThis.runScriptTests(JSON.parse(fs.readFileSync(casesPath, 'utf8')))));
