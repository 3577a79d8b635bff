using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Stiefel.Client.Screen;

/// <summary>
/// Standard output and error as plain streams. System.Console would first send initialisation sequences to the terminal, which are noise
/// on a serial console and in its log.
/// </summary>
internal static class StandardStreams
{
    public static TextWriter Output { get; } = Writer(Console.IsOutputRedirected ? Console.OpenStandardOutput() : Terminal(descriptor: 1));

    public static TextWriter Error { get; } = Writer(Console.IsErrorRedirected ? Console.OpenStandardError() : Terminal(descriptor: 2));

    // Use this for terminals only: in a file, the stream would write at its own position and overwrite what other programs append.
    private static FileStream Terminal(int descriptor) => new(new SafeFileHandle(descriptor, ownsHandle: false), FileAccess.Write, bufferSize: 0);

    private static TextWriter Writer(Stream stream) =>
        TextWriter.Synchronized(new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true });
}
