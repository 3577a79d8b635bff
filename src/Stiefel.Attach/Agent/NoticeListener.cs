using System.Net;
using System.Net.Sockets;
using Stiefel.Nbd.Client;
using Stiefel.Nbd.Wire;
using Stiefel.Protocol.Handover;
using Stiefel.Protocol.Keys;
using Stiefel.Protocol.Notices;

namespace Stiefel.Attach.Agent;

/// <summary>
/// Asks the laptop what it has to tell, again and again (docs/protocol.md#notices), on a connection and a thread of its own: the disk waits for none of it. It
/// makes no link and no tunnel; as long as the disk's own connection is being made anew, it keeps still.
/// </summary>
/// <param name="session">What was agreed; without a goodbye's key there is nothing to ask with.</param>
/// <param name="numbers">Rise from question to question.</param>
/// <param name="laptop">Where its block server is; null as long as it is not to be asked.</param>
/// <param name="heard">Told of each notice once, in order. Must not throw.</param>
internal sealed class NoticeListener(AttachSession session, ConnectionGenerations numbers, Func<IPEndPoint?> laptop, Action<Notice> heard)
{
    // The agent's stacks are locked memory.
    private const int StackBytes = 256 * 1024;

    // The laptop holds a question for 20 s, docs/protocol.md#notices.
    private const int AnswerMilliseconds = 30_000;

    // A handshake has a limit of options, of which each question is one.
    private const int QuestionsOfAConnection = 100;

    private static readonly TimeSpan s_tooSoon = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_afterFailure = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_afterRefusal = TimeSpan.FromSeconds(30);

    private ulong _last;

    /// <summary>Begins, for as long as this process runs.</summary>
    internal void Start() => new Thread(Run, StackBytes) { IsBackground = true }.Start();

    /// <summary>One connection's questions.</summary>
    /// <param name="server">The block server.</param>
    /// <exception cref="NbdProtocolException">It refuses, or what came is not the laptop's.</exception>
    /// <exception cref="SocketException">It cannot be reached, or is gone.</exception>
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
                var notice = SessionNotices.Open(key, id, number, _last, bytes) ?? throw new NbdProtocolException("a notice is not the laptop's, or none of these that are asked for");
                _last = notice.Number;
                heard(notice);
            }

            if (told.Count == 0 && Environment.TickCount64 - began < (long)s_tooSoon.TotalMilliseconds)
            {
                // Whatever answers like that must not be asked without a pause.
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
                // A laptop of before, which tells nothing.
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
