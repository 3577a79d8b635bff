using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Processes;

namespace Stiefel.Attach.Agent;

/// <summary>Keeps a stand-by running (<see cref="StandByProgram"/>) and tells it what it would need in the agent's place, now and at every change.</summary>
/// <param name="start">Starts the stand-by with the descriptor number of its socket; returns its process id.</param>
/// <param name="holdings">Returns all that it needs at this moment.</param>
/// <param name="say">Writes a line to the kernel's log.</param>
internal sealed class StandByKeeper(Func<string, int> start, Func<IEnumerable<StandByMessage>> holdings, Action<string> say)
{
    // Keep the stack small: the agent's memory is locked.
    private const int StackBytes = 256 * 1024;

    // A stand-by that is stopped must not stop the agent.
    private const int SendMilliseconds = 1000;

    private static readonly TimeSpan s_first = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);

    private readonly Lock _telling = new();
    private Socket? _standBy;
    private int _process;
    private bool _isOver;

    /// <summary>Starts the thread that keeps it. The stand-by inherits that thread's network namespace, which is the caller's.</summary>
    internal void Begin() => new Thread(Keep, StackBytes) { IsBackground = true }.Start();

    /// <summary>Tells the stand-by of a change. Any thread may; never throws.</summary>
    internal void Tell(StandByWord word, string text)
    {
        lock (_telling)
        {
            if (_standBy is not null && !TryTell(_standBy, new(word, text)))
            {
                _standBy = null;
            }
        }
    }

    /// <summary>Ends the stand-by for good, before the agent itself ends.</summary>
    internal void End()
    {
        lock (_telling)
        {
            _isOver = true;
            Kill();
        }
    }

    private void Keep()
    {
        string? said = null;
        for (var pause = s_first; ; pause = pause * 2 < s_longest ? pause * 2 : s_longest)
        {
            var began = Environment.TickCount64;
            var reason = KeepOne();
            if (_isOver)
            {
                return;
            }

            if (Environment.TickCount64 - began >= (long)s_longest.TotalMilliseconds)
            {
                (pause, said) = (s_first, null);
            }

            if (said != reason)
            {
                say(reason);
                said = reason;
            }

            Thread.Sleep(pause);
        }
    }

    /// <summary>Starts a stand-by, and returns the reason when it has ended.</summary>
    private string KeepOne()
    {
        try
        {
            var (ours, theirs) = SocketPair.Make();
            using (ours)
            {
                using (theirs)
                using (var inherited = new InheritedDescriptor(theirs))
                {
                    if (!TryStart(inherited.Number))
                    {
                        return "";
                    }
                }

                try
                {
                    Introduce(ours);
                    WaitForEnd(ours);
                }
                finally
                {
                    EndOne();
                }
            }

            return "the agent's stand-by has ended, perhaps it was killed: another one is started";
        }
        catch (Exception exception)
        {
            return $"the agent has no stand-by, which would go on if the agent were killed: {exception.Message}";
        }
    }

    private bool TryStart(string socket)
    {
        lock (_telling)
        {
            if (!_isOver)
            {
                _process = start(socket);
            }

            return !_isOver;
        }
    }

    // The lock keeps changes back until everything has been told, so that nothing older is told after them.
    private void Introduce(Socket standBy)
    {
        lock (_telling)
        {
            standBy.SendTimeout = SendMilliseconds;
            foreach (var message in holdings())
            {
                if (!TryTell(standBy, message))
                {
                    return;
                }
            }

            _standBy = standBy;
        }
    }

    // The stand-by never says anything, so that only its end can be received.
    private static void WaitForEnd(Socket standBy)
    {
        Span<byte> nothing = stackalloc byte[1];
        try
        {
            _ = DescriptorMessage.Receive(standBy, nothing, out var file);
            file?.Dispose();
        }
        catch (LinuxException)
        {
            // It ended with something unread.
        }
    }

    // Kill it before the socket is closed: it would take that for the agent's end.
    private void EndOne()
    {
        int process;
        lock (_telling)
        {
            _standBy = null;
            Kill();
            (process, _process) = (_process, 0);
        }

        _ = ChildProcess.Wait(process);
    }

    // Zero would be every process of this group.
    private void Kill()
    {
        if (_process != 0)
        {
            ChildProcess.Kill(_process);
        }
    }

    private bool TryTell(Socket standBy, StandByMessage message)
    {
        byte[] bytes = [(byte)message.Word, .. Encoding.UTF8.GetBytes(message.Text)];
        try
        {
            DescriptorMessage.Send(standBy, bytes, message.File);
            return true;
        }
        catch (LinuxException)
        {
            // It is gone, or has not heard for long. One that has not heard everything must not go on in the agent's place.
            Kill();
            return false;
        }
        finally
        {
            bytes.AsSpan().Clear();
        }
    }
}

/// <summary>A message to the stand-by.</summary>
/// <param name="Word">What it is about.</param>
/// <param name="Text">Its text; empty if it passes a file.</param>
/// <param name="File">The file that it passes; null for none.</param>
internal readonly record struct StandByMessage(StandByWord Word, string Text, SafeHandle? File = null);
