namespace Enlarger.Server.Jobs;

internal enum JobSlotState
{
    /// <summary>Taken on, and not in line yet.</summary>
    Admitted,

    /// <summary>In line.</summary>
    Waiting,

    Running,

    /// <summary>Begun, and in line again.</summary>
    Paused,

    Left,
}
