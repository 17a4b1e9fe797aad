/** The version of this package; sent in `User-Agent: FinSecure-Node/<version>`. */
export const VERSION = "0.1.0";
