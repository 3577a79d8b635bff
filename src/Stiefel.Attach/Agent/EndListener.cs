using System.Net.Sockets;
using System.Text;
using Stiefel.Attach.Console;
using Stiefel.Attach.Ending;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Mounts;
using Stiefel.Protocol.Handover;

namespace Stiefel.Attach.Agent;

/// <summary>
/// The agent's part in the shutdown of this system: moves the shutdown ramdisk to /run/initramfs once the laptop's system runs, and answers the last
/// process at a socket in that ramdisk. Only root can reach the socket, and none of this is on the disk.
/// </summary>
internal sealed class EndListener : IDisposable
{
    // Keep the stack small: the agent's memory is locked.
    private const int StackBytes = 256 * 1024;
    private const int QuestionMilliseconds = 1000;
    private const int Backlog = 4;

    // systemd makes this directory as one of its first steps, sd_booted(3).
    private const string SystemdRuns = "/run/systemd/system";

    // Other inits make these early: sysvinit (init(8)), OpenRC, runit. They save waiting for systemd in vain. systemd too may make the first, but later.
    private static readonly string[] s_othersRun = ["/run/initctl", "/run/openrc", "/run/runit"];

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_systemStart = TimeSpan.FromMinutes(10);

    private readonly FinalGoodbye _goodbye;
    private readonly AttachLog _log;
    private readonly Socket _socket;

    private EndListener(FinalGoodbye goodbye, AttachLog log, Socket socket) => (_goodbye, _log, _socket) = (goodbye, log, socket);

    /// <summary>The socket, which a stand-by holds too: another one could not be made at its place, which is sealed.</summary>
    internal SafeSocketHandle Handle => _socket.SafeHandle;

    /// <summary>Starts listening and waiting for the laptop's system, on threads of its own; null if process 1 made no shutdown ramdisk, or that failed.</summary>
    internal static EndListener? Start(FinalGoodbye goodbye, AttachLog log)
    {
        if (!ExitRamdisk.IsMade)
        {
            return null;
        }

        try
        {
            var listener = Listen(goodbye, log, ExitRamdisk.Directory + ExitRamdisk.Socket);
            new Thread(listener.Show, StackBytes) { IsBackground = true }.Start();
            return listener;
        }
        catch (Exception exception) when (exception is IOException or SocketException or UnauthorizedAccessException)
        {
            log.Say($"nothing will say goodbye to the laptop when this system ends: {exception.Message}");
            return null;
        }
    }

    /// <summary>Goes on with the socket of an agent that was killed.</summary>
    internal static EndListener GoOn(FinalGoodbye goodbye, AttachLog log, Socket socket)
    {
        var listener = new EndListener(goodbye, log, socket);
        new Thread(listener.Hear, StackBytes) { IsBackground = true }.Start();
        new Thread(listener.Show, StackBytes) { IsBackground = true }.Start();
        return listener;
    }

    /// <summary>Listens at the socket and starts the thread that answers.</summary>
    internal static EndListener Listen(FinalGoodbye goodbye, AttachLog log, string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        // Connecting needs write permission (unix(7)). The socket was root's alone before this line as well.
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        socket.Listen(Backlog);
        var listener = new EndListener(goodbye, log, socket);
        new Thread(listener.Hear, StackBytes) { IsBackground = true }.Start();
        return listener;
    }

    public void Dispose() => _socket.Dispose();

    private void Hear()
    {
        while (true)
        {
            try
            {
                using var socket = _socket.Accept();
                Answer(socket);
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // The caller closed its connection early, or the system is short of memory for a moment.
                Thread.Sleep(QuestionMilliseconds / 10);
            }
        }
    }

    private void Answer(Socket socket)
    {
        Span<byte> question = stackalloc byte[1];
        socket.ReceiveTimeout = socket.SendTimeout = QuestionMilliseconds;
        if (socket.Receive(question) == 0)
        {
            return;
        }

        if (question[0] == (byte)AgentQuestion.Goodbye)
        {
            _goodbye.Begin();
        }

        var answer = Encoding.UTF8.GetBytes(_goodbye.Word.ToString());
        socket.Send(answer.AsSpan(0, Math.Min(answer.Length, AgentWord.MaxBytes)));
    }

    /// <summary>Waits for the laptop's system and shows it the ramdisk, on a thread of its own because looking up paths there may read from the disk.</summary>
    private void Show()
    {
        try
        {
            if (LaterRoot.IsThere && LaterRoot.Has(ExitRamdisk.Place + ExitRamdisk.Program))
            {
                // The agent that was killed has shown it.
                return;
            }

            _log.Say(ShowWhenSystemdRuns() ?? $"when this system ends, {ExitRamdisk.Place} says goodbye to the laptop");
        }
        catch (LinuxException exception)
        {
            _log.Say($"nothing will say goodbye to the laptop when this system ends: {exception.Message}");
        }
    }

    private static string? ShowWhenSystemdRuns()
    {
        while (!LaterRoot.IsThere)
        {
            Thread.Sleep(s_pause);
        }

        for (var end = Environment.TickCount64 + (long)s_systemStart.TotalMilliseconds; !LaterRoot.Has(SystemdRuns); Thread.Sleep(s_pause))
        {
            if (Environment.TickCount64 > end || (Array.Exists(s_othersRun, LaterRoot.Has) && !LaterRoot.Has(SystemdRuns)))
            {
                return "this system is not run by systemd: the laptop will not hear that its end is clean, and asks before another desktop gets the disk";
            }
        }

        if (!LaterRoot.IsInMemory(Path.GetDirectoryName(ExitRamdisk.Place)!))
        {
            return $"{Path.GetDirectoryName(ExitRamdisk.Place)} lies on the disk: the laptop will not hear that this system's end is clean";
        }

        ExitRamdisk.Show();
        return null;
    }
}
