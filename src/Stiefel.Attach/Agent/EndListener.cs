using System.Net.Sockets;
using System.Text;
using Stiefel.Attach.Console;
using Stiefel.Attach.Ending;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Mounts;

namespace Stiefel.Attach.Agent;

/// <summary>
/// The agent's part in the end of this system: shows the ramdisk for it at its place once the laptop's system runs, and hears, at a socket in there, what
/// the last process says. Only root reaches that; nothing of it is on the disk.
/// </summary>
internal sealed class EndListener : IDisposable
{
    // The agent's stacks are locked memory.
    private const int StackBytes = 256 * 1024;
    private const int QuestionMilliseconds = 1000;
    private const int Backlog = 4;

    // systemd makes it as one of its first steps, sd_booted(3).
    private const string SystemdRuns = "/run/systemd/system";

    // Made by others as one of their first steps, so that this need not be waited for: sysvinit (init(8)), OpenRC, runit. systemd may make the first later.
    private static readonly string[] s_othersRun = ["/run/initctl", "/run/openrc", "/run/runit"];

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_systemStart = TimeSpan.FromMinutes(10);

    private readonly FinalGoodbye _goodbye;
    private readonly AttachLog _log;
    private readonly Socket _socket;

    private EndListener(FinalGoodbye goodbye, AttachLog log, string path)
    {
        (_goodbye, _log) = (goodbye, log);
        _socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _socket.Bind(new UnixDomainSocketEndPoint(path));
        // Connecting takes the right to write (man 7 unix). Until this line only root has it too.
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _socket.Listen(Backlog);
    }

    /// <summary>Begins, on threads of its own; does nothing if process 1 made no ramdisk for the end.</summary>
    internal static void Start(FinalGoodbye goodbye, AttachLog log)
    {
        if (!ExitRamdisk.IsMade)
        {
            return;
        }

        try
        {
            var listener = Listen(goodbye, log, ExitRamdisk.Directory + ExitRamdisk.Socket);
            new Thread(listener.Show, StackBytes) { IsBackground = true }.Start();
        }
        catch (Exception exception) when (exception is IOException or SocketException or UnauthorizedAccessException)
        {
            log.Say($"nothing will say goodbye to the laptop when this system ends: {exception.Message}");
        }
    }

    /// <summary>Hears from now on.</summary>
    internal static EndListener Listen(FinalGoodbye goodbye, AttachLog log, string path)
    {
        var listener = new EndListener(goodbye, log, path);
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
                // One that asked and did not wait; no memory for a moment.
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

    /// <summary>Waits for the laptop's system. Whatever is looked up there may have to be read from the disk: hence a thread of its own.</summary>
    private void Show()
    {
        try
        {
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
