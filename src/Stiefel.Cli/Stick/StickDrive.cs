using Stiefel.Cli.Keys;
using Stiefel.CommandLine;
using Stiefel.Linux.BlockDevices;
using Stiefel.Linux.Errors;

namespace Stiefel.Cli.Stick;

/// <summary>How a person makes sure that the right drive is erased.</summary>
/// <param name="Erase">The serial number that was given as an option; null: it is asked for.</param>
/// <param name="Force">Overrides what can be overridden.</param>
/// <param name="Answers">What is typed; null: nobody is there.</param>
internal sealed record EraseConsent(string? Erase, bool Force, TextReader? Answers);

/// <summary>Makes a whole drive the stick.</summary>
/// <param name="consent">Whether it may.</param>
/// <param name="output">What a person sees.</param>
/// <param name="isTerminal">Lines can be renewed there.</param>
internal sealed class StickDrive(EraseConsent consent, TextWriter output, bool isTerminal)
{
    /// <summary>Looks at a drive and asks; nothing is changed.</summary>
    /// <param name="device">As it was named.</param>
    /// <param name="layout">The table that it shall have.</param>
    /// <param name="servedDisk">The disk that this laptop serves; null if none.</param>
    /// <param name="token">Ends it.</param>
    /// <exception cref="RefusedException">It may not be written, or was not named by its serial number.</exception>
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
            throw new RefusedException($"{refusal.Text}{(refusal.CanBeForced ? "; if that is meant, say --force" : "")}");
        }

        foreach (var overridden in refusals)
        {
            await output.WriteLineAsync($"--force overrides: {overridden.Text}");
        }

        if (drive.Bytes > 0 && DriveWriter.IsUnfinished(drive.Path))
        {
            await output.WriteLineAsync("an earlier run did not finish this stick");
        }

        Ask(drive);
        return drive;
    }

    /// <summary>Writes it.</summary>
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
            throw new RefusedException($"nobody is there to answer: everything on {drive.Path} would be lost; if that is meant, say --erase {drive.Proof}");
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
