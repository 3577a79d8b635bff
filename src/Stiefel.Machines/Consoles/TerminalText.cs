using System.Text;

namespace Stiefel.Machines.Consoles;

/// <summary>
/// Turns the bytes of a serial terminal into plain text: decodes UTF-8, drops escape sequences (ECMA-48) and control characters, and
/// turns every line ending into a single line feed. Keeps its state between calls, since a sequence may be split anywhere.
/// </summary>
public sealed class TerminalText
{
    private const char Escape = '\x1b';

    private readonly Decoder _decoder = new UTF8Encoding(false, throwOnInvalidBytes: false).GetDecoder();
    private State _state;
    private bool _returned;
    private bool _atLineStart = true;

    private enum State
    {
        Text,
        Escaped,
        ControlSequence,
        TextSequence,
        TextSequenceEscaped,
        OneMore,
    }

    /// <summary>Returns the plain text that these bytes add.</summary>
    public string Feed(ReadOnlySpan<byte> bytes)
    {
        var characters = new char[_decoder.GetCharCount(bytes, flush: false)];
        var count = _decoder.GetChars(bytes, characters, flush: false);
        var text = new StringBuilder(count);
        foreach (var character in characters.AsSpan(0, count))
        {
            Feed(character, text);
        }

        return text.ToString();
    }

    private void Feed(char character, StringBuilder text)
    {
        _state = _state switch
        {
            State.Text => FeedText(character, text),
            State.Escaped => AfterEscape(character),
            // ECMA-48 5.4: parameters and intermediates, then one final byte of 0x40 to 0x7E.
            State.ControlSequence => character is >= '@' and <= '~' ? State.Text : State.ControlSequence,
            // Ends with BEL or ESC \ (ECMA-48 8.3.89, xterm's OSC).
            State.TextSequence => character switch { '\a' => State.Text, Escape => State.TextSequenceEscaped, _ => State.TextSequence },
            State.TextSequenceEscaped => State.Text,
            _ => State.Text,
        };
    }

    private static State AfterEscape(char character) => character switch
    {
        '[' => State.ControlSequence,
        ']' or 'P' or 'X' or '^' or '_' => State.TextSequence,
        >= ' ' and <= '/' => State.OneMore,
        _ => State.Text,
    };

    private State FeedText(char character, StringBuilder text)
    {
        // A carriage return without a line feed rewrites the line on a screen; in a log the new content becomes a new line.
        if (_returned && character != '\n' && character != '\r' && !_atLineStart)
        {
            Append('\n', text);
        }

        _returned = character == '\r' || (_returned && character == Escape);
        switch (character)
        {
            case Escape:
                return State.Escaped;
            case '\n':
            case '\t':
            case >= ' ' and not '\x7f':
                Append(character, text);
                break;
        }

        return State.Text;
    }

    private void Append(char character, StringBuilder text)
    {
        text.Append(character);
        _atLineStart = character == '\n';
    }
}
