// What the charts of a report need: the transforms that Vega-Lite writes for marks, scales and
// stacks, a view, and expressions that are read rather than compiled, so that a page may forbid
// code made of text.
import { transforms } from 'vega-dataflow';
import * as encode from 'vega-encode';
import { expressionInterpreter } from 'vega-interpreter';
import { compile } from 'vega-lite';
import { parse } from 'vega-parser';
import * as ofRows from 'vega-transforms';
import { View } from 'vega-view';
import * as ofViews from 'vega-view-transforms';

Object.assign(transforms, ofRows, ofViews, encode);

export { compile, expressionInterpreter, parse, View };
