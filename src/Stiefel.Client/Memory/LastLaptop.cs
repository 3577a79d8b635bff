using Stiefel.Linux.BlockDevices;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Kernel;
using Stiefel.Protocol.Discovery;
using Stiefel.Protocol.Keys;
using Stiefel.Protocol.Stick;

namespace Stiefel.Client.Memory;

/// <summary>
/// The laptop that was booted last, as the stick remembers it that started this machine. A stick that is gone or broken delays a boot for seconds, and never
/// makes it fail.
/// </summary>
/// <param name="key">The stick's key.</param>
/// <param name="number">The stick's number.</param>
/// <param name="listDrives">Lists the device files of the drives that may be the stick.</param>
internal sealed class LastLaptop(SharedKey key, string number, Func<IReadOnlyList<string>> listDrives)
{
    // A broken stick answers after minutes.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    private readonly long _began = TimeProvider.System.GetTimestamp();

    /// <summary>The time after the start in which the stick may appear: its drivers are loaded while the client runs already.</summary>
    public TimeSpan Appears { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The memory of the stick that the kernel's arguments name; null if no such stick started this machine.</summary>
    public static LastLaptop? OfThisStart(SharedKey key) =>
        KernelCommandLine.ReadCurrent()[StickMemory.Argument] is { } number ? new LastLaptop(key, number, StickDrives.List) : null;

    /// <summary>Asks the stick, and returns a test for each laptop; it is false for all if the stick remembers none.</summary>
    public async Task<Func<LaptopIdentity, bool>> RecallAsync(CancellationToken token)
    {
        StickMemory? memory = null;
        var began = TimeProvider.System.GetTimestamp();
        while (memory is null && TimeProvider.System.GetElapsedTime(began) < s_patience)
        {
            memory = await PatientlyAsync(() => Find()?.Memory, token);
            await Task.Delay(memory is null ? s_pause : TimeSpan.Zero, token);
        }

        return laptop => memory?.IsLast(key, laptop.Id) ?? false;
    }

    /// <summary>Makes the stick remember this laptop. It is written only if it remembers another one.</summary>
    public async Task<Remembrance> RememberAsync(LaptopIdentity laptop, CancellationToken token)
    {
        while (true)
        {
            var result = await PatientlyAsync<Remembrance?>(
                () => Find() is not { } stick ? Remembrance.NoStick : TryWrite(stick.Drive, stick.Memory, laptop) ? Remembrance.Kept : Remembrance.NotWritable, token);
            if (result is not Remembrance.NoStick || TimeProvider.System.GetElapsedTime(_began) >= Appears)
            {
                return result ?? Remembrance.NotWritable;
            }

            await Task.Delay(s_pause, token);
        }
    }

    private bool TryWrite(string drive, StickMemory memory, LaptopIdentity laptop)
    {
        if (memory.IsLast(key, laptop.Id))
        {
            return true;
        }

        try
        {
            using var disk = BlockDevice.Open(drive, readOnly: false);
            disk.Write(StickMemory.Offset, memory.With(key, laptop.Id).ToSector());
            disk.Sync();
            return true;
        }
        catch (Exception error) when (error is LinuxException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private (string Drive, StickMemory Memory)? Find()
    {
        foreach (var drive in listDrives())
        {
            if (TryRead(drive) is { } memory && memory.Number == number)
            {
                return (drive, memory);
            }
        }

        return null;
    }

    private static StickMemory? TryRead(string drive)
    {
        try
        {
            using var disk = BlockDevice.Open(drive, readOnly: true);
            var sector = new byte[StickMemory.Size];
            if (disk.Size < StickMemory.Offset + StickMemory.Size)
            {
                return null;
            }

            disk.Read(StickMemory.Offset, sector);
            return StickMemory.Read(sector);
        }
        catch (Exception error) when (error is LinuxException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Waits a while for the work; null if it takes longer. A read from a broken stick cannot be cancelled, and its thread is left behind.</summary>
    private static async Task<T?> PatientlyAsync<T>(Func<T?> work, CancellationToken token)
    {
        try
        {
            return await Task.Run(work, token).WaitAsync(s_patience, token);
        }
        catch (TimeoutException)
        {
            return default;
        }
    }
}
