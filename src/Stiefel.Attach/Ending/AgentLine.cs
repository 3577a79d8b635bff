using System.Net.Sockets;
using System.Text;

namespace Stiefel.Attach.Ending;

/// <summary>Asks the agent. Each question has a connection of its own and is answered at once with one line. Only root can reach the socket.</summary>
/// <param name="path">The agent's socket.</param>
internal sealed class AgentLine(string path)
{
    private const int Milliseconds = 5_000;

    private readonly UnixDomainSocketEndPoint _agent = new(path);

    /// <summary>Asks for the state, or, once nothing uses the disk, has the agent say goodbye. Asking for the goodbye again returns its progress.</summary>
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
    /// <summary>Asks for the state of the connection to the laptop.</summary>
    State = (byte)'s',

    /// <summary>Has the agent disconnect the disk and say goodbye: nothing uses the disk any more, and all is flushed.</summary>
    Goodbye = (byte)'g',
}
