using Stiefel.Cli.Keys;
using Stiefel.CommandLine;
using Stiefel.Linux.BlockDevices;
using Stiefel.Linux.Errors;

namespace Stiefel.Cli.Stick;

/// <summary>How the user consents to erasing a drive.</summary>
/// <param name="Erase">The serial number given as an option; null to ask for it.</param>
/// <param name="Force">Overrides the refusals that can be overridden.</param>
/// <param name="Answers">The user's input; null without a terminal.</param>
internal sealed record EraseConsent(string? Erase, bool Force, TextReader? Answers);

/// <summary>Turns a whole drive into a stick.</summary>
/// <param name="consent">The user's consent.</param>
/// <param name="output">Receives lines for the user.</param>
/// <param name="isTerminal">True if lines can be overwritten there.</param>
internal sealed class StickDrive(EraseConsent consent, TextWriter output, bool isTerminal)
{
    /// <summary>Checks a drive and asks the user for consent; changes nothing.</summary>
    /// <param name="device">The device as the user named it.</param>
    /// <param name="layout">The partition table to write.</param>
    /// <param name="servedDisk">The disk that this laptop serves; null if none.</param>
    /// <param name="token">Cancels the check.</param>
    /// <exception cref="RefusedException">The drive must not be written, or the user did not confirm its serial number.</exception>
    public async Task<Drive> ChooseAsync(string device, StickLayout layout, string? servedDisk, CancellationToken token)
    {
        var drive = await DriveList.FindAsync(device, token);
        var refusals = DriveRules.Judge(drive, UsesOf(drive), layout, servedDisk);
        foreach (var line in drive.Describe())
        {
            await output.WriteLineAsync(line);
        }

        if (refusals.FirstOrDefault(refusal => !refusal.CanBeForced || !consent.Force) is { } refusal)
        {
            throw new RefusedException($"{refusal.Text}{(refusal.CanBeForced ? "; use --force if that is intended" : "")}");
        }

        foreach (var overridden in refusals)
        {
            await output.WriteLineAsync($"--force overrides: {overridden.Text}");
        }

        if (drive.Bytes > 0 && DriveWriter.IsUnfinished(drive.Path))
        {
            await output.WriteLineAsync("an earlier run did not finish writing this stick");
        }

        Ask(drive);
        return drive;
    }

    /// <summary>Writes the stick to a drive.</summary>
    public async Task WriteAsync(Drive drive, StickContent content, StickLayout layout, StepLog log, CancellationToken token)
    {
        using var work = new PrivateDirectory(Path.GetTempPath());
        var image = Path.Combine(work.Path, "stick.img");
        var used = await new StickImage(content, layout, log).MakeAsync(image, drive.Bytes, work.Path, token);
        using (log.Begin($"write {drive.Path}"))
        {
            new DriveWriter(drive.Path, new WriteProgress(output, isTerminal)).Write(image, used, token);
        }
    }

    private static IReadOnlyList<DiskUseReason> UsesOf(Drive drive)
    {
        try
        {
            return drive.Bytes == 0 ? [] : DiskUse.Check(drive.Path);
        }
        catch (LinuxException error)
        {
            throw new FailedException($"{drive.Path}: {error.Message}", error);
        }
    }

    private void Ask(Drive drive)
    {
        if (consent.Erase is { } given)
        {
            if (given != drive.Proof)
            {
                throw new RefusedException($"--erase {given}: {drive.Path} has {ProofName(drive)} {drive.Proof}; nothing was changed");
            }

            return;
        }

        if (consent.Answers is not { } answers)
        {
            throw new RefusedException($"cannot ask without a terminal: everything on {drive.Path} would be lost; if that is intended, use --erase {drive.Proof}");
        }

        output.Write($"Everything on it will be lost. To go on, type its {ProofName(drive)}: ");
        output.Flush();
        if (answers.ReadLine()?.Trim() != drive.Proof)
        {
            throw new RefusedException($"this is not the {ProofName(drive)} of {drive.Path}; nothing was changed");
        }
    }

    private static string ProofName(Drive drive) => drive.Serial.Length > 0 ? "serial number" : "name";
}
