/* pattern.h - the language of says_*.def: a sentence with places for what it names. Braces alone are special.
 *
 *   literal text       itself, upper or lower case alike
 *   blank              one or more blanks, tabs, or a line break where a wrapper may have put one
 *   ' or `             a quotation mark of any kind: ' ` " ´ ‘ ’ “ ” « » and what HTML and Markdown make of them
 *   {symbol}           the field of that name (message.h) in its usual shape: a path, a symbol, a number
 *   {version:[0-9.]+}  the same in a shape of its own (PCRE2, without groups; braces in it are balanced)
 *   {? … }             may be missing
 *   {| … | … }         one of these
 *   {...}              anything up to the end of the line, as little as possible
 *   ^ first, $ last    start, end of a line (after clean-up)
 *   \{ \} \\           the character itself (in C twice the backslash)
 *
 * The literal words by which a place in a long text is found (scan.h) are taken from the pattern itself: its
 * longest run of literal text outside of {? } and {| }; each pattern needs one of at least four bytes.
 */
#ifndef DLWHY_MESSAGE_PATTERN_H
#define DLWHY_MESSAGE_PATTERN_H

#include "message/message.h"

#endif
