/** Numbers that conditions of words.txt name. Made by words.mjs: not to be edited. */

export const FEW = 20;
export const AS_GOOD = 0.001;
export const SEEN = 0.03;
export const HOPELESS = 1e12;
export const ILL_CONDITIONED = 1000;
export const DONE = 0.01;
export const LAST_BITS = 1e-6;
export const LEAST_GOAL = 1e-6;
export const STANDARD_ERROR = 0.01;
export const ROUNDED = 1e-24;
export const MARGINAL = 0.0001;
export const SAME = 1e-12;
export const GUESSING = 0.99;
export const MISSED = 0.01;
export const MANY_TIMES = 10;
export const A_LOOK = 10;
export const OTHER_STEPS = 1000000;
export const CONVERGING_STEPS = 131072;
export const SLOW = 0.99;
export const BESIDE = 0.001;
export const LARGEST = 1.7976931348623157e308;
export const FIT = 0.05;
