using System.Text;

namespace Stiefel.Client.Screen;

/// <summary>
/// Standard output and error as plain streams. Console.Out would first send the terminal its initialisation sequences, which is noise
/// on a serial console and in its log.
/// </summary>
internal static class StandardStreams
{
    public static TextWriter Output { get; } = Plain(Console.OpenStandardOutput());

    public static TextWriter Error { get; } = Plain(Console.OpenStandardError());

    private static TextWriter Plain(Stream stream) =>
        TextWriter.Synchronized(new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true });
}
