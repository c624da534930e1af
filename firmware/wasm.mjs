// Runs a program for wasm32: `node wasm.mjs program.wasm`. Its exit code is that of the program.
import { readFileSync } from "node:fs";

class Exit extends Error {
    constructor(code) {
        super("the program has ended");
        this.code = code;
    }
}

let memory;
const host = {
    put: (text, length) => process.stdout.write(Buffer.from(memory.buffer, text, length).toString()),
    exit: (code) => {
        throw new Exit(code);
    },
};
const { instance } = await WebAssembly.instantiate(readFileSync(process.argv[2]), { host });
memory = instance.exports.memory;
try {
    instance.exports.run();
} catch (error) {
    if (!(error instanceof Exit)) throw error;
    process.exitCode = error.code;
}
