using System.Globalization;

namespace Stiefel.Protocol.Handover;

/// <summary>The arguments with which `stiefel-client attach` starts `stiefel-attach`. They contain no secret: the session is a file in <see cref="Directory"/>.</summary>
/// <param name="ReadyPipe">The descriptor at which the starter waits until the disk is there.</param>
/// <param name="Index">The number N of the /dev/nbdN to make.</param>
/// <param name="Interface">The running system's interface to the laptop.</param>
/// <param name="Directory">Where <see cref="SessionFile"/> is; the agent's socket is made in it.</param>
public sealed record AttachOrder(int ReadyPipe, int Index, string Interface, string Directory)
{
    /// <summary>The first argument.</summary>
    public const string Argument = "--beside";

    /// <summary>The name of the file that holds the session (<see cref="AttachSession"/>); the agent deletes it as soon as it has read it.</summary>
    public string SessionFile => Path.Combine(Directory, "session");

    /// <summary>The path of the socket at which the agent answers (<see cref="AgentQuestion"/>).</summary>
    public string Socket => SocketIn(Directory);

    /// <summary>The path of the agent's socket in such a directory.</summary>
    public static string SocketIn(string directory) => Path.Combine(directory, "agent");

    /// <summary>The arguments, which <see cref="Parse"/> reads back.</summary>
    public IReadOnlyList<string> Format() =>
        [Argument, ReadyPipe.ToString(CultureInfo.InvariantCulture), Index.ToString(CultureInfo.InvariantCulture), Interface, Directory];

    /// <summary>Reads the arguments; null if they are malformed.</summary>
    public static AttachOrder? Parse(IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return arguments is [Argument, var ready, var index, var link, var directory]
            && int.TryParse(ready, NumberStyles.None, CultureInfo.InvariantCulture, out var pipe)
            && int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && link.Length > 0 && directory.StartsWith('/')
            ? new AttachOrder(pipe, number, link, directory)
            : null;
    }
}
