using System.Net.Sockets;
using System.Text;

namespace Stiefel.Attach.Ending;

/// <summary>Asks the agent: each question is a connection of its own, and gets one line at once. Only root can reach the socket.</summary>
/// <param name="path">The agent's socket.</param>
internal sealed class AgentLine(string path)
{
    private const int Milliseconds = 5_000;

    private readonly UnixDomainSocketEndPoint _agent = new(path);

    /// <summary>Asks how it stands, or, once the disk is nobody's any more, has the agent say goodbye; every time after the first that only asks.</summary>
    internal AgentWord Ask(AgentQuestion question)
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.ReceiveTimeout = socket.SendTimeout = Milliseconds;
            socket.Connect(_agent);
            socket.Send([(byte)question]);
            return AgentWord.Parse(ReadLine(socket));
        }
        catch (SocketException exception)
        {
            return new AgentWord(AgentState.Lost, $"the agent does not answer: {exception.Message}");
        }
    }

    private static string ReadLine(Socket socket)
    {
        Span<byte> bytes = stackalloc byte[AgentWord.MaxBytes];
        var length = 0;
        while (length < bytes.Length && socket.Receive(bytes[length..]) is > 0 and var count)
        {
            length += count;
        }

        return Encoding.UTF8.GetString(bytes[..length]);
    }
}

/// <summary>One byte on the agent's socket.</summary>
internal enum AgentQuestion : byte
{
    /// <summary>How does it stand?</summary>
    State = (byte)'s',

    /// <summary>Nothing uses the disk any more, and all is flushed: disconnect it and say goodbye.</summary>
    Goodbye = (byte)'g',
}
