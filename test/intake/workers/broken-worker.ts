/** Can't even start. */
throw new Error('this worker is broken');
