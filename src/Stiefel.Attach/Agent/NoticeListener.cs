using System.Net;
using System.Net.Sockets;
using Stiefel.Nbd.Client;
using Stiefel.Nbd.Wire;
using Stiefel.Protocol.Handover;
using Stiefel.Protocol.Keys;
using Stiefel.Protocol.Notices;

namespace Stiefel.Attach.Agent;

/// <summary>
/// Asks the laptop for notices, again and again (docs/protocol.md#notices), on a connection and a thread of its own, so that the disk never waits for it.
/// It makes neither link nor tunnel, and pauses while the disk's own connection is lost.
/// </summary>
/// <param name="session">The session; without its goodbye key no questions can be asked.</param>
/// <param name="numbers">Numbers the questions in rising order.</param>
/// <param name="laptop">Returns the block server's address; null while it must not be asked.</param>
/// <param name="heard">Receives each notice once, in order. Must not throw.</param>
/// <param name="after">The number of the last notice that was heard before; 0 for none.</param>
internal sealed class NoticeListener(AttachSession session, ConnectionGenerations numbers, Func<IPEndPoint?> laptop, Action<Notice> heard, ulong after = 0)
{
    // Keep the stack small: the agent's memory is locked.
    private const int StackBytes = 256 * 1024;

    // The laptop holds a question for 20 s, docs/protocol.md#notices.
    private const int AnswerMilliseconds = 30_000;

    // Each question is one option of an NBD handshake, and the server limits their number.
    private const int QuestionsOfAConnection = 100;

    private static readonly TimeSpan s_tooSoon = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_afterFailure = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_afterRefusal = TimeSpan.FromSeconds(30);

    private ulong _last = after;

    /// <summary>Starts the thread, which runs as long as this process does.</summary>
    internal void Start() => new Thread(Run, StackBytes) { IsBackground = true }.Start();

    /// <summary>Asks on one connection, as often as the server allows.</summary>
    /// <param name="server">The block server.</param>
    /// <exception cref="NbdProtocolException">The server refuses, or the answer was not made by the laptop.</exception>
    /// <exception cref="SocketException">The server cannot be reached, or is gone.</exception>
    internal void Ask(IPEndPoint server)
    {
        if (session.Goodbye is not { } own || !SessionId.TryParse(own.Session, out var id))
        {
            return;
        }

        var key = Convert.FromHexString(own.Key);
        using var socket = ServerConnection.Dial(server);
        var questions = new NbdClientNotices(socket);
        socket.ReceiveTimeout = AnswerMilliseconds;
        for (var asked = 0; asked < QuestionsOfAConnection; asked++)
        {
            var (began, number) = (Environment.TickCount64, numbers.Next());
            var told = questions.Ask(session.ExportName, number, _last, SessionNotices.Prove(key, id, number, _last), SessionNotices.MaxInAnswer);
            foreach (var bytes in told)
            {
                var notice = SessionNotices.Open(key, id, number, _last, bytes) ?? throw new NbdProtocolException("a notice was not made by the laptop, or is not one of those asked for");
                _last = notice.Number;
                heard(notice);
            }

            if (told.Count == 0 && Environment.TickCount64 - began < (long)s_tooSoon.TotalMilliseconds)
            {
                // Pause: this server answers at once instead of holding the question until there is a notice.
                Thread.Sleep(s_tooSoon);
            }
        }
    }

    private void Run()
    {
        while (session.Goodbye is not null)
        {
            try
            {
                if (laptop() is { } server)
                {
                    Ask(server);
                }

                Thread.Sleep(s_tooSoon);
            }
            catch (NbdProtocolException refused) when (refused.IsUnsupported)
            {
                // The laptop's version is older than notices.
                return;
            }
            catch (NbdProtocolException)
            {
                Thread.Sleep(s_afterRefusal);
            }
            catch (Exception exception) when (exception is IOException or SocketException)
            {
                Thread.Sleep(s_afterFailure);
            }
        }
    }
}
