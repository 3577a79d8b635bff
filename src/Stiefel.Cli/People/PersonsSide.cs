using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Stiefel.Linux.Files;
using Stiefel.Protocol.Text;

namespace Stiefel.Cli.People;

/// <summary>A person's end of the socket at which this laptop warns (<see cref="NoticeLines"/>).</summary>
internal sealed class PersonsSide : IDisposable
{
    // The socket's file is there a moment before it is listened at.
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(200);

    private readonly NetworkStream _stream;
    private readonly StreamReader _reader;

    private PersonsSide(Socket socket)
    {
        _stream = new NetworkStream(socket, ownsSocket: true);
        _reader = new StreamReader(_stream, Encoding.UTF8, detectEncodingFromByteOrderMarks: false, NoticeLines.MostBytes);
    }

    /// <summary>Connects to a laptop that is about to leave; null if it is not.</summary>
    /// <param name="path">The socket's path.</param>
    /// <param name="token">Cancels the attempt.</param>
    public static async Task<PersonsSide?> ConnectAsync(string path, CancellationToken token)
    {
        foreach (var wait in (TimeSpan[])[s_moment, TimeSpan.Zero])
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), token);
                return new PersonsSide(socket);
            }
            catch (SocketException)
            {
                socket.Dispose();
                if (FileStamp.OfLink(path) is null)
                {
                    break;
                }
            }

            await Task.Delay(wait, token);
        }

        return null;
    }

    /// <summary>Reads what the laptop says next: its word and its text; null if it says no more.</summary>
    public async Task<(string Word, string Text)?> ReadAsync(CancellationToken token)
    {
        try
        {
            return await _reader.ReadLineAsync(token) is { } line && line.Split(' ', 2) is var parts ? (parts[0], parts.Length > 1 ? PrintableText.OneLine(parts[1]) : "") : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Says "not now".</summary>
    public async Task RefuseAsync(CancellationToken token)
    {
        try
        {
            await _stream.WriteAsync(Encoding.UTF8.GetBytes($"{NoticeLines.NotNow}\n"), token);
        }
        catch (IOException)
        {
            // The laptop has decided; its last line tells how.
        }
    }

    /// <summary>Splits a warning into the seconds that are left and the text.</summary>
    public static (int Seconds, string Text) Warning(string text) =>
        text.Split(' ', 2) is [var seconds, var rest] && int.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var left) ? (left, rest) : (0, text);

    /// <inheritdoc/>
    public void Dispose()
    {
        _reader.Dispose();
        _stream.Dispose();
    }
}
