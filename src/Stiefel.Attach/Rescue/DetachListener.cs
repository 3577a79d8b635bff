using System.Net.Sockets;
using System.Text;
using Stiefel.Attach.Agent;
using Stiefel.Linux.Errors;
using Stiefel.Protocol.Handover;

namespace Stiefel.Attach.Rescue;

/// <summary>Listens at a socket that only root can reach for the questions of `stiefel-client detach`.</summary>
internal sealed class DetachListener : IDisposable
{
    private const int QuestionMilliseconds = 1000;
    private const int Backlog = 4;

    private readonly string _path;
    private readonly FinalGoodbye _goodbye;
    private readonly Action _abandon;
    private readonly Action _leave;
    private readonly Socket _socket;
    private bool _hasBegun;

    /// <param name="path">The socket's path; a socket left by a killed process is replaced.</param>
    /// <param name="goodbye">Ends the use of the disk and tells the laptop.</param>
    /// <param name="abandon">Disconnects the device without telling the laptop.</param>
    /// <param name="leave">Removes everything else. Called before the last answer, because the next agent may start at once.</param>
    /// <param name="socket">The listening socket of an agent that was killed; null to make one.</param>
    internal DetachListener(string path, FinalGoodbye goodbye, Action abandon, Action leave, Socket? socket = null)
    {
        (_path, _goodbye, _abandon, _leave) = (path, goodbye, abandon, leave);
        _socket = socket ?? Listen(path);
    }

    /// <summary>The socket, which a stand-by holds too.</summary>
    internal SafeSocketHandle Handle => _socket.SafeHandle;

    /// <summary>Answers questions until a client has been told how the disk ended.</summary>
    internal void HearUntilEnd()
    {
        while (true)
        {
            try
            {
                using var socket = _socket.Accept();
                if (HasToldEnd(socket))
                {
                    return;
                }
            }
            catch (SocketException)
            {
                // A client that did not wait for its answer, or no memory for a moment.
                Thread.Sleep(QuestionMilliseconds / 10);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private static Socket Listen(string path)
    {
        File.Delete(path);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        // Connecting needs write permission (man 7 unix), and nothing listens yet.
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        socket.Listen(Backlog);
        return socket;
    }

    private bool HasToldEnd(Socket socket)
    {
        Span<byte> question = stackalloc byte[1];
        socket.ReceiveTimeout = socket.SendTimeout = QuestionMilliseconds;
        if (socket.Receive(question) == 0)
        {
            return false;
        }

        var (word, isEnd) = Answer((AgentQuestion)question[0]);
        if (isEnd)
        {
            File.Delete(_path);
            _leave();
        }

        var bytes = Encoding.UTF8.GetBytes(word.ToString());
        try
        {
            socket.Send(bytes.AsSpan(0, Math.Min(bytes.Length, AgentWord.MaxBytes)));
        }
        catch (SocketException) when (isEnd)
        {
            // The client is gone, but the disk has been detached.
        }

        return isEnd;
    }

    private (AgentWord Word, bool IsEnd) Answer(AgentQuestion question)
    {
        switch (question)
        {
            case AgentQuestion.Leave:
                return (Leave(), true);
            case AgentQuestion.Goodbye:
                _goodbye.Begin();
                _hasBegun = true;
                break;
            default:
                break;
        }

        var word = _goodbye.Word;
        return (word, _hasBegun && word.State is AgentState.Told or AgentState.Lost);
    }

    private AgentWord Leave()
    {
        try
        {
            _abandon();
            return new AgentWord(AgentState.Lost, "the laptop was not told");
        }
        catch (LinuxException exception)
        {
            return new AgentWord(AgentState.Lost, $"the laptop was not told, and the device could not be freed: {exception.Message}");
        }
    }
}
