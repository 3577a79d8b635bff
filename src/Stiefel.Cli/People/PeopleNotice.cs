using System.Net.Sockets;
using System.Text;
using Stiefel.Linux.Files;
using Stiefel.Linux.Processes;
using Stiefel.Protocol.Text;

namespace Stiefel.Cli.People;

/// <summary>
/// Warns the people at this laptop that it is about to leave, at a socket that is there meanwhile, and hears their "not now" (docs/security.md#people-at-the-laptop).
/// The kernel tells whose process it is (SO_PEERCRED), and logind whether that user sits at the laptop; nobody else is told or heard, except root.
/// </summary>
internal sealed class PeopleNotice : IAsyncDisposable
{
    private const int MostPeople = 16;
    private const int MostLookups = 8;
    private const UnixFileMode ForEverybody = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
    private const UnixFileMode Reachable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(1);

    private readonly string _path;
    private readonly string _warning;
    private readonly long _end;
    private readonly Func<uint, CancellationToken, Task<string?>> _nameAsync;
    private readonly Socket _socket;
    private readonly CancellationTokenSource _refused = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<uint, int> _asked = [];
    private readonly List<Task> _people = [];
    private readonly TaskCompletionSource<string> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _accepting;
    private bool _isDecided;

    private PeopleNotice(string path, string warning, TimeSpan grace, Func<uint, CancellationToken, Task<string?>> nameAsync)
    {
        (_path, _warning, _nameAsync, _end) = (path, PrintableText.OneLine(warning), nameAsync, Environment.TickCount64 + (long)grace.TotalMilliseconds);
        _socket = Listen(path);
        _accepting = AcceptAsync();
    }

    /// <summary>Cancelled when a person said "not now".</summary>
    public CancellationToken Refused => _refused.Token;

    /// <summary>The name of that person; null if nobody did.</summary>
    public string? RefusedBy { get; private set; }

    /// <summary>Begins to warn.</summary>
    /// <param name="path">The socket's path, usually <see cref="NoticeLines.Path"/>. Its directory belongs to root.</param>
    /// <param name="warning">What people read.</param>
    /// <param name="grace">The time that they have.</param>
    /// <param name="nameAsync">The name of a user who sits at this laptop, by the user's number; null for everybody else.</param>
    /// <exception cref="IOException">The socket cannot be made, or others can write its directory.</exception>
    /// <exception cref="SocketException">The socket cannot be made, or another process warns already.</exception>
    /// <exception cref="UnauthorizedAccessException">The socket cannot be made.</exception>
    public static PeopleNotice Begin(string path, string warning, TimeSpan grace, Func<uint, CancellationToken, Task<string?>> nameAsync) => new(path, warning, grace, nameAsync);

    /// <summary>Hears nobody from now on, because the laptop leaves. False if a person said "not now" in time.</summary>
    public bool TryDecide()
    {
        lock (_lock)
        {
            _isDecided = RefusedBy is null;
            return _isDecided;
        }
    }

    /// <summary>Says what happens now, for those who are still there.</summary>
    /// <param name="staysBecause">Why the laptop stays; null if it leaves.</param>
    public void Say(string? staysBecause) =>
        _outcome.TrySetResult(staysBecause is null ? NoticeLines.Leaves : $"{NoticeLines.Stays} {PrintableText.OneLine(staysBecause)}");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Say("it was stopped");
        File.Delete(_path);
        _socket.Dispose();
        await _accepting;
        await Task.WhenAll(_people).WaitAsync(s_farewell).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _stop.CancelAsync();
        await Task.WhenAll(_people);
        _stop.Dispose();
        _refused.Dispose();
    }

    private static Socket Listen(string path)
    {
        var directory = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(directory))
        {
            // Also if this process makes its files private.
            Directory.CreateDirectory(directory);
            File.SetUnixFileMode(directory, Reachable);
        }

        if (FileOwner.Of(directory, followLink: false) is not { IsUsOrRoot: true, OthersMayWrite: false })
        {
            throw new IOException($"{directory}: others on this machine can write there, and could take the place of the socket");
        }

        var place = new UnixDomainSocketEndPoint(path);
        RemoveDead(place, path);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(place);
            File.SetUnixFileMode(path, ForEverybody);
            socket.Listen(MostPeople);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // A process that was killed leaves its socket behind.
    private static void RemoveDead(UnixDomainSocketEndPoint place, string path)
    {
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(place);
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionRefused && FileStamp.OfLink(path) is { IsSocket: true })
        {
            File.Delete(path);
        }
        catch (SocketException)
        {
            // The path is free, or Bind says why not.
        }
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                var person = await _socket.AcceptAsync(_stop.Token);
                _people.RemoveAll(one => one.IsCompleted);
                if (_people.Count < MostPeople)
                {
                    _people.Add(AnswerAsync(person));
                }
                else
                {
                    person.Dispose();
                }
            }
            catch (SocketException error) when (error.SocketErrorCode is not (SocketError.OperationAborted or SocketError.InvalidArgument))
            {
                // The other side closed early, or the system is short of memory for a moment.
                await Task.Delay(s_farewell / 10);
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(Socket person)
    {
        try
        {
            await using var stream = new NetworkStream(person, ownsSocket: true);
            var user = PeerCredentials.Of(person).User;
            if (await NameAsync(user) is null)
            {
                await WriteAsync(stream, $"{NoticeLines.Refused} only people who sit at this laptop are asked, and root");
                return;
            }

            await WriteAsync(stream, $"{NoticeLines.Warning} {Math.Max(0, (_end - Environment.TickCount64 + 999) / 1000)} {_warning}");
            await HearAsync(stream, user);
        }
        catch (Exception error) when (error is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The person went away.
        }
    }

    private async Task HearAsync(NetworkStream stream, uint user)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8, detectEncodingFromByteOrderMarks: false, bufferSize: NoticeLines.MostBytes, leaveOpen: true);
        var word = new char[NoticeLines.NotNow.Length + 1];
        var heard = reader.ReadBlockAsync(word, _stop.Token).AsTask();
        if (await Task.WhenAny(heard, _outcome.Task) == heard)
        {
            if (new string(word, 0, await heard) != $"{NoticeLines.NotNow}\n")
            {
                return;
            }

            // The person may have left the seat since the warning.
            if (await NameAsync(user) is { } name && TryRefuse(name))
            {
                await _refused.CancelAsync();
            }
        }

        await WriteAsync(stream, await _outcome.Task.WaitAsync(_stop.Token));
    }

    private bool TryRefuse(string name)
    {
        lock (_lock)
        {
            RefusedBy ??= _isDecided ? null : name;
            return RefusedBy is not null;
        }
    }

    // Ask logind a few times for each user only, so that a program that connects again and again cannot keep this process busy.
    private async Task<string?> NameAsync(uint user)
    {
        if (user == 0)
        {
            return "root";
        }

        lock (_lock)
        {
            _asked[user] = _asked.GetValueOrDefault(user) + 1;
            if (_asked[user] > MostLookups || _asked.Count > MostPeople)
            {
                return null;
            }
        }

        return await _nameAsync(user, _stop.Token);
    }

    private async Task WriteAsync(NetworkStream stream, string line) => await stream.WriteAsync(Encoding.UTF8.GetBytes($"{line}\n"), _stop.Token);
}
