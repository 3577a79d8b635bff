using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace Stiefel.Linux.Devices;

/// <summary>
/// Reads a line typed on a terminal, which shows only asterisks (man 3 termios). The caller gets the secret and must overwrite it.
/// It is never in a string, which could not be overwritten, and its memory is pinned, so that the garbage collector leaves no copies when it moves objects.
/// </summary>
public static unsafe class TypedSecret
{
    private const int StandardInput = 0;
    private const byte Interrupt = 3;    // Ctrl-C
    private const byte Escape = 27;
    private const byte Backspace = 8;
    private const byte Delete = 127;
    private const byte EndOfInput = 4;   // Ctrl-D
    private const byte EraseLine = 21;   // Ctrl-U
    private const byte FirstPrintable = 32;

    // The bytes that an arrow key sends after the escape follow it at once, also over a serial line.
    private const int SequenceMilliseconds = 50;

    /// <summary>True if standard input is a terminal, so that a person can type.</summary>
    public static bool IsPossible => isatty(StandardInput) == 1;

    /// <summary>Asks, and waits for one line, ended by line feed or carriage return. Input beyond the limit is ignored.</summary>
    /// <param name="question">The text to show, without a line end.</param>
    /// <param name="echo">Receives the question and the asterisks.</param>
    /// <param name="limit">Longest secret, in bytes.</param>
    /// <returns>UTF-8 without the line's end; empty for an empty line or at the end of input.</returns>
    /// <exception cref="LinuxException">Standard input is not a terminal, or is gone.</exception>
    /// <exception cref="OperationCanceledException">Ctrl-C was typed.</exception>
    public static byte[] Read(string question, TextWriter echo, int limit) => Read(StandardInput, question, echo, limit);

    private static byte[] Read(int terminal, string question, TextWriter echo, int limit)
    {
        termios before;
        if (tcgetattr(terminal, &before) != 0)
        {
            throw LinuxException.FromLastError("tcgetattr");
        }

        var silent = before;
        // Read Ctrl-C as a byte: as a signal it would end the program and leave the terminal without echo.
        silent.c_lflag &= ~(uint)(ECHO | ICANON | ISIG);
        silent.c_cc[VMIN] = 1;
        silent.c_cc[VTIME] = 0;
        // TCSAFLUSH discards what was typed before the question was asked.
        if (tcsetattr(terminal, (int)TCSAFLUSH, &silent) != 0)
        {
            throw LinuxException.FromLastError("tcsetattr");
        }

        var line = GC.AllocateUninitializedArray<byte>(limit, pinned: true);
        try
        {
            echo.Write(question);
            echo.Flush();
            using var input = new FileStream(new SafeFileHandle(terminal, ownsHandle: false), FileAccess.Read, bufferSize: 0);
            var length = Fill(input, line, echo, () => HasMore(terminal));
            var typed = GC.AllocateUninitializedArray<byte>(length, pinned: true);
            line.AsSpan(0, length).CopyTo(typed);
            return typed;
        }
        finally
        {
            _ = tcsetattr(terminal, (int)TCSAFLUSH, &before);
            CryptographicOperations.ZeroMemory(line);
            echo.WriteLine();
            echo.Flush();
        }
    }

    /// <summary>Reads into the line; returns the number of bytes.</summary>
    internal static int Fill(Stream input, byte[] line, TextWriter echo, Func<bool> hasMore)
    {
        var length = 0;
        while (input.ReadByte() is var typed and >= 0 and not ('\n' or '\r' or EndOfInput))
        {
            var before = length;
            switch (typed)
            {
                case Interrupt:
                    throw new OperationCanceledException("stopped with Ctrl-C");
                case Escape:
                    if (hasMore())
                    {
                        SkipSequence(input); // an arrow or function key
                    }
                    else
                    {
                        length = 0;
                    }

                    break;
                case Backspace or Delete:
                    length = Shorten(line, length);
                    break;
                case EraseLine:
                    length = 0;
                    break;
                case >= FirstPrintable when length < line.Length:
                    line[length++] = (byte)typed;
                    break;
            }

            ShowLength(echo, Characters(line, before), Characters(line, length));
        }

        return length;
    }

    /// <summary>Skips an escape sequence (ECMA-48): after the escape comes `[` with any number of bytes below `@`, or `O`; one byte from `@` on ends it.</summary>
    private static void SkipSequence(Stream input)
    {
        var typed = input.ReadByte();
        if (typed is '[' or 'O')
        {
            while ((typed = input.ReadByte()) is >= 0 and < '@')
            {
            }
        }
    }

    private static bool HasMore(int terminal)
    {
        var wait = new Poll.pollfd { fd = terminal, events = Poll.POLLIN };
        return Poll.poll(&wait, 1, SequenceMilliseconds) > 0;
    }

    // Removes a whole UTF-8 character.
    private static int Shorten(byte[] line, int length)
    {
        while (length > 0 && (line[--length] & 0xC0) == 0x80)
        {
        }

        return length;
    }

    private static int Characters(byte[] line, int length)
    {
        var count = 0;
        foreach (var one in line.AsSpan(0, length))
        {
            count += (one & 0xC0) == 0x80 ? 0 : 1;
        }

        return count;
    }

    private static void ShowLength(TextWriter echo, int before, int now)
    {
        echo.Write(string.Concat(Enumerable.Repeat("\b \b", Math.Max(0, before - now))) + new string('*', Math.Max(0, now - before)));
        echo.Flush();
    }
}
