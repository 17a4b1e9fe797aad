/**
 * The version of the API that this package speaks.
 *
 * Written by `node tools/generate.js` from contract/openapi.json. Change that, not this.
 */

export const API_VERSION = "2026-11-22";
