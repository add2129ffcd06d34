// Renders one scenario with @vscode/prompt-tsx and prints what it took, as JSON.
// usage: node prompt_tsx.cjs FOLDER SCENARIO.json, where FOLDER has node_modules with @vscode/prompt-tsx and gpt-tokenizer.
// The scenario: {"texts": [...], "priorities": [...], "budget": N, "messages": true|false, "rounds": N}.
'use strict';
const { readFileSync } = require('fs');
const { join, resolve } = require('path');
const { performance } = require('perf_hooks');
const { createRequire } = require('module');

const load = createRequire(join(resolve(process.argv[2]), 'index.cjs'));
const { encode } = load('gpt-tokenizer/encoding/o200k_base');
const tsx = load('@vscode/prompt-tsx');
const { texts, priorities, budget, messages, rounds } = JSON.parse(readFileSync(process.argv[3], 'utf8'));

const spent = { calls: 0, characters: 0, ms: 0 };
function count(text) {
    const start = performance.now();
    const tokens = encode(text).length;
    spent.ms += performance.now() - start;
    spent.calls += 1;
    spent.characters += text.length;
    return tokens;
}

// What OpenAI documents for chat: 3 tokens for each message, and its role and content.
class Tokenizer {
    constructor() {
        this.mode = tsx.OutputMode.OpenAI;
    }
    tokenLength(part) {
        return part.type === tsx.Raw.ChatCompletionContentPartKind.Text ? count(part.text) : 0;
    }
    countMessageTokens(message) {
        return Object.values(message).reduce((sum, value) => sum + (typeof value === 'string' && value ? count(value) : 0), 3);
    }
}

class Prompt extends tsx.PromptElement {
    render() {
        const element = globalThis.vscpp;
        const nodes = messages
            ? texts.map((text, at) => element(tsx.UserMessage, { priority: priorities[at] }, text))
            : [element(tsx.UserMessage, null, ...texts.map((text, at) => element(tsx.TextChunk, { priority: priorities[at] }, text)))];
        return element(globalThis.vscppf, null, ...nodes);
    }
}

async function main() {
    const ms = [];
    const cpu = [];
    const tokenizer = [];
    let result;
    for (let round = 0; round < rounds; round++) {
        spent.calls = spent.characters = spent.ms = 0;
        const before = process.cpuUsage();
        const start = performance.now();
        result = await new tsx.PromptRenderer({ modelMaxPromptTokens: budget }, Prompt, {}, new Tokenizer()).renderRaw();
        ms.push(performance.now() - start);
        const used = process.cpuUsage(before);
        cpu.push((used.user + used.system) / 1000);
        tokenizer.push(spent.ms);
    }
    const contents = result.messages.map(message => message.content.map(part => part.text).join(''));
    const kept = new Set(contents.flatMap(content => content.split('\n')));
    const version = JSON.parse(readFileSync(join(resolve(process.argv[2]), 'node_modules/@vscode/prompt-tsx/package.json'))).version;
    console.log(JSON.stringify({
        version,
        ms,
        cpu_ms: cpu,
        calls: spent.calls,
        characters: spent.characters,
        tokenizer_ms: tokenizer,
        total: result.tokenCount,
        kept: texts.filter(text => kept.has(text)).length,
    }));
}

main();
