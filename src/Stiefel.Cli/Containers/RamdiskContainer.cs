using System.Diagnostics;
using Stiefel.CommandLine;
using Stiefel.Linux.Programs;

namespace Stiefel.Cli.Containers;

/// <summary>One end of the cable: the ramdisk's files in a container, which cannot change them and has its own network (man 1 systemd-nspawn).</summary>
/// <param name="root">The unpacked ramdisk.</param>
/// <param name="end">The name of its network namespace.</param>
/// <param name="given">A directory of this machine that its programs see as <see cref="Given"/>.</param>
internal sealed class RamdiskContainer(string root, string end, string given)
{
    public const string Program = "systemd-nspawn";

    /// <summary>The path of the given directory in the container.</summary>
    public const string Given = "/run/given";

    /// <summary>Runs a program in the container.</summary>
    /// <param name="command">Program and arguments.</param>
    /// <param name="options">As for any program.</param>
    /// <param name="token">Ends the container.</param>
    /// <exception cref="FailedException">The program failed, or there can be no container here; the message quotes the last lines.</exception>
    public async Task RunAsync(IReadOnlyList<string> command, ExternalProgramOptions options, CancellationToken token)
    {
        try
        {
            await ExternalProgram.RunAsync(Program, [.. Arguments("pipe"), .. command], options, token);
        }
        catch (ExternalProgramException error)
        {
            // Name the program of the ramdisk, not the container's long command.
            throw new FailedException($"{string.Join(' ', command)}{error.Message[error.Command.Length..]}", error);
        }
    }

    /// <summary>Runs a program on this terminal.</summary>
    /// <param name="command">Program and arguments.</param>
    /// <param name="token">Ends the container.</param>
    public async Task RunOnTerminalAsync(IReadOnlyList<string> command, CancellationToken token)
    {
        using var container = Process.Start(new ProcessStartInfo(ExternalProgram.Find(Program)!, [.. Arguments("interactive"), .. command]))!;
        try
        {
            await container.WaitForExitAsync(token);
        }
        finally
        {
            if (!container.HasExited)
            {
                container.Kill();
            }
        }
    }

    private string[] Arguments(string console) =>
    [
        "--quiet", "--directory=" + root, "--read-only", "--register=no", "--keep-unit", "--resolv-conf=off", "--timezone=off", "--link-journal=no",
        "--machine=" + end, "--network-namespace-path=" + ContainerCable.PathOf(end), "--bind=" + given + ":" + Given, "--console=" + console,
        "--setenv=PATH=/usr/sbin:/usr/bin",
    ];
}
